import Commands
import KafkaLog
import Logging
import NodeRuntime
import Synchronization
import Testing

/// What librdkafka says, among what the program says.
@Suite("Kafka's log")
struct BrokerLogTests {
    /// A log in a time of its own.
    private final class Case: Sendable {
        private let lines = Synchronization.Mutex<[String]>([])
        private let now = Atomic<UInt64>(0)

        func log() -> BrokerLog {
            let logger = Logger(label: "kindred") { label in
                LogfmtHandler(label: label, level: .debug) { bytes in
                    self.lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
                }
            }
            return BrokerLog(logger, time: MonotonicTime { self.now.load(ordering: .relaxed) })
        }

        func pass(_ nanoseconds: UInt64) { now.add(nanoseconds, ordering: .relaxed) }

        /// What was written since the last time, without when.
        func take() -> [String] {
            lines.withLock { lines in
                defer { lines = [] }
                return lines.map { String($0.drop { $0 != " " }.dropFirst()) }
            }
        }
    }

    private func line(_ level: Int, _ client: Int, _ text: String) -> KafkaLogLine {
        KafkaLogLine(level: level, source: "kindred#consumer-\(client) FAIL", text: text)
    }

    @Test func shouldSayWhatIsTheSameOnceInAWhile() {
        let test = Case()
        let log = test.log()
        for client in 1...5 {
            log.note(line(3, client, "b:9092: refused (after \(client)ms in state CONNECT)"))
        }
        log.note(line(3, 1, "c:9092: refused (after 0ms in state CONNECT)"))
        let ending = "\" client=kindred#consumer-1 kind=FAIL\n"
        #expect(
            test.take()
                == ["b", "c"].map { #"warning message="Kafka: \#($0):9092: refused\#(ending)"# })
        test.pass(BrokerLog.quietNanoseconds - 1)
        log.note(line(3, 1, "b:9092: refused"))
        #expect(test.take() == [])
        test.pass(1)
        log.note(line(3, 1, "b:9092: refused"))
        #expect(test.take().map { $0.contains("repeated=5") } == [true])
    }

    @Test(arguments: [(0, "warning"), (4, "warning"), (5, "notice"), (6, "debug"), (7, "debug")])
    func shouldTakeTheMeasureOfALine(_ syslog: Int, _ level: String) {
        let test = Case()
        test.log().note(line(syslog, 1, "x"))
        #expect(test.take().map { $0.hasPrefix(level + " ") } == [true])
    }

    /// Many different lines are all said, and take no more memory than so many.
    @Test func shouldForgetWhatIsTooMuch() {
        let test = Case()
        let log = test.log()
        for number in 0..<BrokerLog.rememberedLines { log.note(line(3, 1, "\(number)")) }
        #expect(test.take().count == BrokerLog.rememberedLines)
        log.note(line(3, 1, "0"))
        #expect(test.take() == [])
        log.note(line(3, 1, "one more"))
        log.note(line(3, 1, "0"))
        #expect(test.take().count == 2)
    }
}
