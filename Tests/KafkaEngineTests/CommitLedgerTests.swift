import KafkaEngine
import KafkaLog
import Testing

/// A source offset is committed once all that came of the messages before it is acknowledged.
@Suite("Commit ledger")
struct CommitLedgerTests {
    private static func position(_ partition: Int32, _ offset: Int64) -> KafkaPosition {
        KafkaPosition(KafkaPartition("e", partition), offset)
    }

    @Test func shouldCommitInTheOrderOfReading() {
        var ledger = CommitLedger()
        let (first, second) = (ledger.next, ledger.next + 1)
        ledger.add([Self.position(0, 5), Self.position(1, 2)], remaining: 2)
        ledger.add([Self.position(0, 9)], remaining: 1)
        ledger.noteArrived(second)
        #expect(ledger.takeFinished().isEmpty, "the first is not acknowledged")
        ledger.noteArrived(first)
        #expect(ledger.takeFinished().isEmpty, "half of the first is not")
        ledger.noteArrived(first)
        #expect(ledger.takeFinished() == [Self.position(1, 2), Self.position(0, 9)])
        #expect(ledger.takeFinished().isEmpty && ledger.next == second + 1)
    }

    @Test func shouldCommitWhatNothingCameOf() {
        var ledger = CommitLedger()
        ledger.add([Self.position(0, 1)], remaining: 0)
        #expect(ledger.takeFinished() == [Self.position(0, 1)])
    }

    @Test func shouldCommitNothingThatOthersHave() {
        var ledger = CommitLedger()
        let number = ledger.next
        ledger.add([Self.position(0, 5), Self.position(1, 2)], remaining: 1)
        ledger.drop([KafkaPartition("e", 0)])
        ledger.noteArrived(number)
        #expect(ledger.takeFinished() == [Self.position(1, 2)])
    }

    @Test func shouldCommitAgainWhatWasRefused() {
        var ledger = CommitLedger()
        let first = [Self.position(0, 5), Self.position(1, 2), Self.position(2, 7)]
        ledger.add(first, remaining: 0)
        #expect(ledger.takeFinished() == first)
        ledger.add([Self.position(0, 6)], remaining: 0)
        #expect(ledger.takeFinished() == [Self.position(0, 6)])
        ledger.noteRefused(first)
        ledger.noteRefused(first)
        ledger.drop([KafkaPartition("e", 2)])
        #expect(ledger.takeFinished() == [Self.position(1, 2)], "never behind what was taken since")
        #expect(ledger.takeFinished().isEmpty)
        ledger.noteRefused([Self.position(1, 2), Self.position(0, 6)])
        ledger.add([Self.position(0, 9)], remaining: 0)
        #expect(ledger.takeFinished() == [Self.position(1, 2), Self.position(0, 9)])
        ledger.noteRefused([Self.position(2, 7)])
        #expect(ledger.takeFinished().isEmpty, "others have it")
    }
}
