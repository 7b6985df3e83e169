internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// Finds customers straight in the checkpoint, for questions by the million: two small reads a
/// node, of which the second is mostly spared, and none of it stays in the graph's memory.
///
/// The checkpoint must hold everything that was folded.
struct CheckpointResolver {
    /// How many components' anchors are remembered; 1.5 MiB.
    private static let rememberedAnchors = 1 << 16

    private let state: RocksState
    private let folder: StoreFolder
    private var value: [UInt8] = []
    private var key: [UInt8] = StateKey.home(NodeKey(high: 0, low: 0))
    /// By the id's hash; each forgets the one before it at its place.
    private var remembered: [Remembered]

    private struct Remembered {
        var component = ComponentID.none
        var anchor = NodeKey(high: 0, low: 0)
    }

    /// Reads what the store holds, after a checkpoint of all that lies behind the last.
    init(_ store: OpenStore) throws(CommandEnd) {
        try store.failing { (runtime) throws(StoreFailure) in try runtime.checkpoint() }
        state = store.stored
        folder = store.folder
        remembered = Array(repeating: Remembered(), count: Self.rememberedAnchors)
    }

    /// The anchor of a node's customer; nil if the node does not exist.
    mutating func anchor(of node: NodeKey) throws(CommandEnd) -> NodeKey? {
        do throws(StoreFailure) {
            return try find(node)
        } catch {
            throw CommandEnd(error, folder: folder.path)
        }
    }

    private mutating func find(_ node: NodeKey) throws(StoreFailure) -> NodeKey? {
        key.removeAll(keepingCapacity: true)
        key.append(StateKey.Family.home.rawValue)
        key.appendKey(node)
        guard try state.read(key, into: &value) else { return nil }
        do throws(WireError) {
            let component = try HomeCodec.decodeHead(value.span).component
            guard component != .none else { return nil }
            let place = Int(
                truncatingIfNeeded: (component.rawValue &* 0x9E37_79B9_7F4A_7C15) >> 48)
            if remembered[place].component == component { return remembered[place].anchor }
            guard try readHead(of: component) else {
                throw WireError(
                    .damaged, "the directory names a component that the store lacks")
            }
            let anchor = try ComponentCodec.decodeHead(value.span).anchor
            remembered[place] = Remembered(component: component, anchor: anchor)
            return anchor
        } catch {
            throw StoreFailure(
                error.code == .newerFormat ? .newerFormat : .damaged, error.reason,
                remedy: error.code == .newerFormat ? Remedy.upgrade : Remedy.rebuild)
        }
    }

    private mutating func readHead(of component: ComponentID) throws(WireError) -> Bool {
        do throws(StoreFailure) {
            return try state.read(StateKey.component(component, page: 0), into: &value)
        } catch {
            throw WireError(.damaged, error.reason)
        }
    }
}
