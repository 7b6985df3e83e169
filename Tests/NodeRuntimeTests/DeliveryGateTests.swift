import IdentityModel
import NodeRuntime
import PartitionCore
import Testing

/// What a partition says to others leaves when its record is durable, and is waited for.
@Suite("Deliveries at the gate")
struct DeliveryGateTests {
    private static func delivery(_ to: UInt16, _ number: UInt64, bytes: Int = 1) -> Delivery {
        Delivery(
            to: PartitionID(to), number: number, body: [UInt8](repeating: 7, count: bytes))
    }

    private static func gate(sent: [UInt64] = []) -> DeliveryGate {
        DeliveryGate(sent: sent, partitionCount: 3)
    }

    @Test func shouldLetGoBehindDurableRecordsAlone() {
        var gate = Self.gate()
        gate.add([Self.delivery(1, 1), Self.delivery(2, 1)], at: 4)
        gate.add([Self.delivery(1, 2)], at: 5)
        gate.add([Self.delivery(2, 2)], at: 9)
        #expect(gate.take(before: 4).isEmpty, "record 4 is not durable")
        #expect(gate.take(before: 5) == [Self.delivery(1, 1), Self.delivery(2, 1)])
        #expect(gate.take(before: 5).isEmpty, "each leaves once")
        #expect(gate.take(before: 10) == [Self.delivery(1, 2), Self.delivery(2, 2)])
    }

    @Test func shouldCountTheBytesThatItHolds() {
        var gate = Self.gate()
        #expect(gate.heldBytes == 0)
        gate.add([Self.delivery(1, 1, bytes: 10), Self.delivery(2, 1, bytes: 5)], at: 0)
        gate.add([Self.delivery(1, 2, bytes: 100)], at: 1)
        #expect(gate.heldBytes == 115)
        _ = gate.take(before: 1)
        #expect(gate.heldBytes == 100)
        _ = gate.take(before: 2)
        #expect(gate.heldBytes == 0)
    }

    @Test func shouldWaitForEachReceiver() {
        var gate = Self.gate()
        #expect(gate.hasArrived([]) && gate.hasArrived([0, 0, 0]), "nothing was sent")
        #expect(!gate.hasArrived([0, 2, 1]))
        gate.noteArrived(at: PartitionID(1), number: 2)
        #expect(!gate.hasArrived([0, 2, 1]), "partition 2 has nothing")
        #expect(gate.hasArrived(1, at: PartitionID(1)) && !gate.hasArrived(3, at: PartitionID(1)))
        gate.noteArrived(at: PartitionID(2), number: 1)
        #expect(gate.hasArrived([0, 2, 1]))
        #expect(!gate.hasArrived([0, 2, 2]))
    }

    /// One is sent again, and is told to have arrived again.
    @Test func shouldNotForgetWhatHasArrived() {
        var gate = Self.gate()
        gate.noteArrived(at: PartitionID(1), number: 7)
        gate.noteArrived(at: PartitionID(1), number: 3)
        #expect(gate.hasArrived([0, 7, 0]) && !gate.hasArrived([0, 8, 0]))
    }

    /// A checkpoint is stored once all before it has arrived.
    @Test func shouldTakeWhatACheckpointHasSentToHaveArrived() {
        let gate = Self.gate(sent: [0, 5, 2])
        #expect(gate.hasArrived([0, 5, 2]) && !gate.hasArrived([0, 6, 2]))
    }

    /// What the log says has arrived need not leave.
    @Test func shouldTakeWhatIsDoneToHaveArrived() {
        var gate = Self.gate()
        gate.add([Self.delivery(1, 1), Self.delivery(2, 1)], at: 4)
        gate.add([Self.delivery(1, 2)], at: 5)
        gate.noteDone(before: 5)
        #expect(gate.hasArrived([0, 1, 1]) && !gate.hasArrived([0, 2, 1]))
        #expect(gate.heldBytes == 1 && gate.take(before: 6) == [Self.delivery(1, 2)])
    }

    @Test func shouldWaitForNobodyWhereThereIsNobody() {
        let gate = DeliveryGate(sent: [], partitionCount: 1)
        #expect(gate.hasArrived([]))
        #expect(!gate.hasArrived([1]), "that receiver is not there")
    }
}
