import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// What is under way between partitions, through a checkpoint and back.
@Suite("Stored transit")
struct StoredTransitTests {
    private static func id(_ partition: UInt16, _ sequence: UInt64) -> ComponentID {
        ComponentID(partition: PartitionID(partition), sequence: sequence)
    }

    private static func key(_ low: UInt64) -> NodeKey { NodeKey(high: 7, low: low) }

    private static func page(_ transfer: ComponentID, _ index: UInt32) -> StatePage {
        let via = LinkPosition(a: key(1), b: key(2))
        return StatePage(
            transfer: transfer, index: index, isLast: index == 1, back: PartitionID(1),
            state: ComponentState(target: id(2, 9), via: via))
    }

    private static func parked(_ node: NodeKey, count: Int) -> ParkedMessages {
        ParkedMessages(
            node: node,
            messages: (0..<count).map {
                MemberMessage(
                    component: .none, node: node,
                    content: .edge(to: key(9), version: UInt32($0) + 1, isLive: true))
            })
    }

    private static func touched(_ id: ComponentID, departed count: Int) -> TouchedComponent {
        var component = TouchedComponent(id: id, told: count > 0 ? key(1) : nil)
        for index in 0..<count {
            component.departed.append(
                ChangedIdentifier(key: key(UInt64(index) + 5), namespace: 1, valueCount: index))
            component.values += Array(repeating: 9, count: index)
        }
        if count > 0 { component.parts = [Self.id(1, 9)] }
        return component
    }

    private static var transit: TransitState {
        var transit = TransitState()
        transit.pointers = [
            ForwardingPointer(from: id(1, 3), to: id(2, 4)),
            ForwardingPointer(from: id(1, 5), to: id(0, 4)),
        ]
        transit.parked = [parked(key(1), count: 2), parked(key(2), count: 1)]
        transit.staged = [page(id(0, 1), 0), page(id(0, 1), 1)]
        transit.outgoing = [page(id(1, 8), 0)]
        transit.touched = [touched(id(1, 2), departed: 0), touched(id(1, 3), departed: 2)]
        return transit
    }

    /// Written against the order, as changes come.
    private static func write(_ transit: TransitState, to batch: inout CheckpointBatch) {
        for pointer in transit.pointers.reversed() { batch.writePointer(pointer) }
        for parked in transit.parked.reversed() { batch.writeParked(parked) }
        for page in transit.staged.reversed() { batch.writeStaged(page) }
        for page in transit.outgoing.reversed() { batch.writeOutgoing(page) }
        for component in transit.touched.reversed() { batch.writeTouched(component) }
    }

    @Test func shouldComeBackAsItWasStored() throws {
        let state = MemoryState()
        #expect(try StoredTransit.read(state) == TransitState())
        var batch = CheckpointBatch()
        Self.write(Self.transit, to: &batch)
        state.apply(batch)
        #expect(try StoredTransit.read(state) == Self.transit)
    }

    @Test func shouldForgetWhatIsUnderWayNoMore() throws {
        let state = MemoryState()
        var batch = CheckpointBatch()
        Self.write(Self.transit, to: &batch)
        state.apply(batch)
        var next = CheckpointBatch()
        next.removePointer(from: Self.id(1, 3))
        next.removeParked(Self.key(2))
        next.writeParked(Self.parked(Self.key(1), count: 3))
        next.removeStaged(Self.id(0, 1), index: 0)
        next.removeOutgoing(Self.id(1, 8), index: 0)
        next.removeTouched(Self.id(1, 2))
        state.apply(next)
        var wanted = TransitState()
        wanted.pointers = [Self.transit.pointers[1]]
        wanted.parked = [Self.parked(Self.key(1), count: 3)]
        wanted.staged = [Self.page(Self.id(0, 1), 1)]
        wanted.touched = [Self.transit.touched[1]]
        #expect(try StoredTransit.read(state) == wanted)
    }

    @Test func shouldRefuseWhatIsDamaged() {
        let keys = [
            StateKey.pointer(Self.id(1, 3)), StateKey.parked(Self.key(1)),
            StateKey.staged(Self.id(0, 1), index: 0), StateKey.outgoing(Self.id(1, 8), index: 0),
            StateKey.touched(Self.id(1, 3)),
            StateKey.pointer(Self.id(1, 3)) + [0],
        ]
        for key in keys {
            let faults: [([UInt8], StoreFailure.Code)] = [([1], .damaged), ([99], .newerFormat)]
            for (value, code) in faults {
                let state = StoredEntry.state([StoredEntry(key: key, value: value)])
                let failure = RuntimeFixture.failure { () throws(StoreFailure) in
                    _ = try StoredTransit.read(state)
                }
                if key.count == 10 {
                    #expect(failure?.code == .damaged, "no such key")
                } else {
                    #expect(failure?.code == code)
                }
                #expect(failure?.remedy.isEmpty == false)
            }
        }
    }
}
