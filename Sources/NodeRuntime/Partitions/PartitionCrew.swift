internal import IdentityModel

/// The partitions of a store while it serves, each on a thread of its own: any thread may ask and
/// write through the partitions' hosts.
package final class PartitionCrew<Log: LogPort, State: StatePort>: Sendable {
    /// The partitions' hosts, by number.
    package let hosts: [PartitionHost<Log, State>]
    private let exchange: DeliveryExchange<Log, State>

    /// A crew whose requests wait until `serve` is called.
    package init(
        partitionCount: UInt16, limits: ServingLimits = ServingLimits(),
        time: MonotonicTime = .system
    ) {
        hosts = (0..<partitionCount).map { _ in PartitionHost(limits: limits, time: time) }
        exchange = DeliveryExchange(hosts.map(\.mailbox))
    }

    /// Serves, as `PartitionHost.serve` does, all partitions of a group that is at rest, one of
    /// them on this thread. Once it was closed they are at rest again.
    package func serve(
        _ group: PartitionGroup<Log, State>, hasRoom: (@Sendable () -> Bool)? = nil
    ) -> ServingEnd {
        precondition(group.runtimes.count == hosts.count, "each partition has its host")
        exchange.reset()
        // unsafe: each thread uses one partition, and this one none of them until they have ended.
        nonisolated(unsafe) let runtimes = group.runtimes
        let exchange = hosts.count > 1 ? exchange : nil
        let ends = SystemThread.each(hosts.count) { [hosts] place in
            hosts[place].serve(runtimes[place], exchange: exchange, hasRoom: hasRoom)
        }
        group.resume()
        for end in ends { if case .failed = end { return end } }
        return ends.contains(.reopen) ? .reopen : .closed
    }

    /// Waits until what was written so far has had all its effects in all partitions, or until the
    /// deadline, and for so many nanoseconds at most: where more and more is written there may be
    /// no moment at which nothing is on its way.
    package func settle(by deadline: Deadline, within nanoseconds: UInt64) async {
        guard hosts.count > 1 else { return }
        let end = min(deadline, .after(nanoseconds: nanoseconds))
        while !exchange.isAtRest, MonotonicTime.system.nanoseconds() < end.nanoseconds {
            // Cut short by cancellation: then nobody waits for the answer.
            do {
                try await Task.sleep(nanoseconds: Self.lookNanoseconds)
            } catch { return }
        }
    }

    private static var lookNanoseconds: UInt64 { 500_000 }

    /// Refuses all that comes from here on; what came before is still answered.
    package func close() {
        for host in hosts { host.close() }
    }

    /// Refuses all that came and all that comes: the store could not be opened.
    package func fail(_ failure: StoreFailure) { for host in hosts { host.fail(failure) } }
}
