import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport

/// A partition that serves on a thread of its own, over ports whose doors a test opens.
final class HostFixture: Sendable {
    typealias Host = PartitionHost<GatedLog, GatedState>
    typealias Runtime = PartitionRuntime<GatedLog, GatedState>

    let log = GatedLog()
    let state = GatedState()
    /// Whoever passes says that there is room.
    let rooms = Gate()
    let host: Host
    private let thread: SystemThread
    private let outcome: Outcome

    /// How serving ended.
    ///
    /// `@unchecked Sendable`: `end` is written before the gate opens, and read behind it.
    private final class Outcome: @unchecked Sendable {
        let ended = Gate()
        var end: ServingEnd?
    }

    init(
        _ settings: NodeSettings = RuntimeFixture.settings(durability: .fsync),
        limits: ServingLimits = ServingLimits(), tickNanoseconds: UInt64 = .max / 2
    ) {
        // Unless they are what is tested, ticks would come between at moments of their own.
        var withTicks = limits
        withTicks.tickNanoseconds = tickNanoseconds
        let (host, outcome) = (Host(limits: withTicks), Outcome())
        (self.host, self.outcome) = (host, outcome)
        thread = SystemThread { [log, state, rooms] in
            do throws(StoreFailure) {
                let runtime = try RuntimeFixture.open(log, state, settings, worker: ThreadWorker())
                outcome.end = host.serve(runtime, hasRoom: { rooms.count > 0 })
                runtime.close()
            } catch {
                outcome.end = .failed(error)
            }
            outcome.ended.pass()
        }
    }

    /// Closes the host, opens the doors, and gives back how serving ended.
    func end() async -> ServingEnd? {
        host.close()
        log.syncs.open()
        state.applies.open()
        await outcome.ended.wait(forArrivals: 1)
        thread.join()
        return outcome.end
    }

    /// A deadline; long enough unless it is what is tested, for tests may wait for each other.
    static func soon(_ milliseconds: UInt64 = 600_000) -> Deadline {
        .after(nanoseconds: milliseconds * 1_000_000)
    }

    /// Writes one record of events that name `count` cookies.
    func append(
        _ name: String, count: Int = 1, by deadline: Deadline = soon()
    ) async -> Result<UInt64, ServingError> {
        await host.append([Self.record(name, count)], by: deadline)
    }

    static func record(_ name: String, _ count: Int = 1) -> [UInt8] {
        EventRecords.record(
            (0..<count).map { TestEvent(.observe, TestEnd("cookie", "\(name)-\($0)")) },
            RuntimeFixture.head)
    }

    /// Returns once so many questions and writes have come that are not finished.
    func wait(forAsks asks: Int, appends: Int) async {
        while host.waiting != (asks, appends) { try? await Task.sleep(for: .milliseconds(1)) }
    }

    /// How many identifiers there are.
    func identifiers(
        minimumPosition: UInt64 = 0, by deadline: Deadline = soon()
    ) async -> Result<UInt64, ServingError> {
        await host.ask(by: deadline, minimumPosition: minimumPosition) {
            .success($0.counters.identifiers)
        }
    }
}
