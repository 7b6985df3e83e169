internal import Dispatch
internal import Foundation
internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// Finds customers straight in the checkpoint, for questions by the million: at most two small
/// reads a node, none of which stays in the graph's memory.
///
/// Nodes come in batches. Each kind of read goes through its keys in order, so that a stored block
/// is unpacked once a batch, and a component that many nodes share is read once. Large batches are
/// read on several processors.
///
/// The checkpoint must hold everything that was folded.
struct CheckpointResolver {
    /// How many components' anchors are remembered from batch to batch; 6 MiB.
    private static let rememberedAnchors = 1 << 18
    private static let rememberedShift = UInt64(64 - 18)

    /// The checkpoints, by partition.
    private let states: [RocksState]
    private let folder: StoreFolder
    /// By the id's hash; each forgets the one before it at its place.
    private var remembered: [Remembered]

    private struct Remembered {
        var component = ComponentID.none
        var anchor = NodeKey(high: 0, low: 0)
    }

    /// A node that exists: where it is asked for, and the component that holds it.
    private struct Home {
        let component: ComponentID
        let place: Int
    }

    /// A node that is asked for, and where its answer goes.
    struct Asked: Sendable {
        let node: NodeKey
        let place: Int
    }

    /// Reads what the store holds, after a checkpoint of all that lies behind the last.
    init(_ store: OpenStore) throws(CommandEnd) {
        try store.failing { (group) throws(StoreFailure) in try group.checkpoint() }
        states = store.stored
        folder = store.folder
        remembered = Array(repeating: Remembered(), count: Self.rememberedAnchors)
    }

    /// Calls `found` with the anchor of each node's customer, in any order; not for those that do
    /// not exist. Sorts `asked`.
    mutating func anchors(
        of asked: inout [Asked], _ found: (_ place: Int, _ anchor: NodeKey) -> Void
    ) throws(CommandEnd) {
        asked.sort { $0.node < $1.node }
        do throws(StoreFailure) {
            let homes = try homes(of: asked)
            try readAnchors(of: homes, found)
        } catch {
            throw CommandEnd(error, folder: folder.path)
        }
    }

    /// The nodes that exist, in order of their components.
    private func homes(of asked: [Asked]) throws(StoreFailure) -> [Home] {
        let states = states
        let count = UInt16(states.count)
        let components = try Self.read(asked, .none) {
            (one, value) throws(StoreFailure) -> ComponentID in
            let home = Int(PartitionID.home(of: one.node, among: count).rawValue)
            guard try states[home].read(StateKey.home(one.node), into: &value) else { return .none }
            return try Self.decoding { () throws(WireError) in
                try HomeCodec.decodeHead(value.span).component
            }
        }
        var homes: [Home] = []
        for (one, component) in zip(asked, components) where component != .none {
            homes.append(Home(component: component, place: one.place))
        }
        homes.sort { $0.component < $1.component }
        return homes
    }

    private mutating func readAnchors(
        of homes: [Home], _ found: (_ place: Int, _ anchor: NodeKey) -> Void
    ) throws(StoreFailure) {
        let states = states
        var unknown: [ComponentID] = []
        for home in homes where unknown.last != home.component {
            if remembered[Self.slot(home.component)].component == home.component { continue }
            unknown.append(home.component)
        }
        let anchors = try Self.read(unknown, NodeKey(high: 0, low: 0)) {
            (component, value) throws(StoreFailure) -> NodeKey in
            let host = Int(component.host.rawValue)
            guard host < states.count,
                try states[host].read(StateKey.component(component), into: &value)
            else {
                throw Self.failure(
                    WireError(.damaged, "the directory names a component that the store lacks"))
            }
            return try Self.decoding { () throws(WireError) in
                try ComponentCodec.decodeHead(value.span).anchor
            }
        }
        var next = 0
        for home in homes {
            while next < unknown.count, unknown[next] < home.component { next += 1 }
            let isRead = next < unknown.count && unknown[next] == home.component
            let slot = Self.slot(home.component)
            found(home.place, isRead ? anchors[next] : remembered[slot].anchor)
        }
        for (component, anchor) in zip(unknown, anchors) {
            remembered[Self.slot(component)] = Remembered(component: component, anchor: anchor)
        }
    }

    private static func slot(_ component: ComponentID) -> Int {
        let spread = component.rawValue &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: spread >> rememberedShift)
    }

    // MARK: Reading

    /// Fewer keys than this are not worth another thread.
    private static let keysPerThread = 4_096
    /// Threads at most: the reads are many and short, and others want processors too.
    private static let threadsMaximum = 4

    /// What `body` reads for each key, in the keys' order. It gets a buffer to read into, and is
    /// called from several threads, each with a stretch of the keys: RocksDB's reads allow that.
    private static func read<Key: Sendable, Value: Sendable>(
        _ keys: [Key], _ blank: Value,
        _ body: @Sendable (_ key: Key, _ buffer: inout [UInt8]) throws(StoreFailure) -> Value
    ) throws(StoreFailure) -> [Value] {
        let wanted = min(threadsMaximum, keys.count / keysPerThread)
        let threads = max(1, min(wanted, ProcessInfo.processInfo.activeProcessorCount))
        var values = Array(repeating: blank, count: keys.count)
        var failures = [StoreFailure?](repeating: nil, count: threads)
        values.withUnsafeMutableBufferPointer { allValues in
            failures.withUnsafeMutableBufferPointer { allFailures in
                // unsafe: no two threads write at one place, and all have ended when this returns.
                nonisolated(unsafe) let (values, failures) = (allValues, allFailures)
                DispatchQueue.concurrentPerform(iterations: threads) { thread in
                    var buffer: [UInt8] = []
                    let first = keys.count * thread / threads
                    let end = keys.count * (thread + 1) / threads
                    do throws(StoreFailure) {
                        for place in first..<end {
                            values[place] = try body(keys[place], &buffer)
                        }
                    } catch {
                        failures[thread] = error
                    }
                }
            }
        }
        for failure in failures { if let failure { throw failure } }
        return values
    }

    private static func decoding<Value>(
        _ body: () throws(WireError) -> Value
    ) throws(StoreFailure) -> Value {
        do throws(WireError) {
            return try body()
        } catch {
            throw failure(error)
        }
    }

    private static func failure(_ error: WireError) -> StoreFailure {
        StoreFailure(
            error.code == .newerFormat ? .newerFormat : .damaged, error.reason,
            remedy: error.code == .newerFormat ? Remedy.upgrade : Remedy.rebuild)
    }
}
