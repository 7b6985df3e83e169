import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing

/// What a question costs on the partition's thread, and on its way through the mailbox. Printed,
/// not judged: `KINDRED_FIGURES=1 swift test -c release --disable-xctest --filter ServingFigures`.
@Suite(
    "Figures of serving", .serialized, .enabled(if: TestBudget.variable("KINDRED_FIGURES") == "1"))
struct ServingFigures {
    /// Identifiers in customers of four.
    private static let identifiers = 400_000
    private static let asks = 100_000

    private static func end(_ number: Int) -> TestEnd { TestEnd("cookie", "c-\(number)") }

    /// A host that serves so many identifiers, all of them in memory.
    private static func filled() async -> HostFixture {
        let fixture = HostFixture(RuntimeFixture.settings(durability: .os))
        for start in stride(from: 0, to: identifiers, by: 4_000) {
            let events = (start..<start + 4_000).map { number in
                TestEvent(
                    .link, end(number / 4 * 4), end(number / 4 * 4 == number ? number + 1 : number))
            }
            let record = EventRecords.record(events, RuntimeFixture.head)
            _ = await fixture.host.append([record], by: HostFixture.soon())
        }
        return fixture
    }

    private static func now() -> UInt64 { MonotonicTime.system.nanoseconds() }

    private static func line(_ what: String, _ times: [UInt64]) -> String {
        let sorted = times.sorted()
        func at(_ part: Double) -> Double {
            Double(sorted[Int(Double(sorted.count) * part)]) / 1_000
        }
        return "\(what): p50 \(at(0.5)) us, p99 \(at(0.99)) us, p99.9 \(at(0.999)) us"
    }

    /// Keys in an order that no cache knows.
    private static let keys: [NodeKey] = {
        var generator = SeededGenerator(seed: 3)
        return (0..<asks).map { _ in end(generator.below(identifiers)).key }
    }()

    @Test func resolving() async throws {
        let fixture = await Self.filled()
        let keys = Self.keys
        let onThread = await fixture.host.ask(by: HostFixture.soon()) { runtime in
            var times: [UInt64] = []
            for key in keys {
                let start = Self.now()
                _ = try? runtime.ask { (graph, reader) throws(StateError) in
                    try graph.customer(of: key, reader: reader)
                }
                times.append(Self.now() - start)
            }
            let start = Self.now()
            let found = try? runtime.ask { (graph, reader) throws(StateError) in
                var count = 0
                for key in keys where try graph.customer(of: key, reader: reader) != nil {
                    count += 1
                }
                return count
            }
            let rate = Double(keys.count) * 1e3 / Double(Self.now() - start)
            return .success(
                Self.line("on the thread", times) + "; in one go \(rate) M/s of \(found ?? 0)")
        }
        print(try onThread.get())

        var times: [UInt64] = []
        for key in keys.prefix(20_000) {
            let start = Self.now()
            _ = await Self.resolve(key, fixture)
            times.append(Self.now() - start)
        }
        print(Self.line("through the mailbox, one at a time", times))

        let start = Self.now()
        let concurrent = await withTaskGroup(of: [UInt64].self) { group in
            for task in 0..<16 {
                group.addTask {
                    var times: [UInt64] = []
                    for place in stride(from: task, to: keys.count, by: 16) {
                        let start = Self.now()
                        _ = await Self.resolve(keys[place], fixture)
                        times.append(Self.now() - start)
                    }
                    return times
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        let rate = Double(keys.count) * 1e9 / Double(Self.now() - start)
        print(Self.line("through the mailbox, 16 at a time", concurrent) + "; \(Int(rate))/s")
        #expect(concurrent.count == keys.count)
        #expect(await fixture.end() == .closed)
    }

    private static func resolve(_ key: NodeKey, _ fixture: HostFixture) async -> Bool {
        let found = await fixture.host.ask(by: HostFixture.soon()) { runtime in
            let customer = try? runtime.ask { (graph, reader) throws(StateError) in
                try graph.customer(of: key, reader: reader)
            }
            return .success(customer != nil)
        }
        return (try? found.get()) ?? false
    }

    @Test func writing() async throws {
        let fixture = HostFixture(RuntimeFixture.settings(durability: .fsync))
        var times: [UInt64] = []
        for number in 0..<20_000 {
            let record = HostFixture.record("\(number)")
            let start = Self.now()
            _ = await fixture.host.append([record], by: HostFixture.soon())
            times.append(Self.now() - start)
        }
        print(Self.line("a write through the mailbox and the syncer's thread, to memory", times))
        #expect(times.count == 20_000)
        #expect(await fixture.end() == .closed)
    }
}
