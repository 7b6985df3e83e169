package import IdentityModel

/// Writes records from one thread into the logs of a crew's partitions, and reads on while they are
/// folded: a few groups are on their way at once.
package final class CrewWriter<Log: LogPort, State: StatePort>: Sendable {
    /// Groups on their way at most.
    private static var groupsAtOnce: Int { 3 }

    private let crew: PartitionCrew<Log, State>
    private let progress = Progress()

    /// What both sides look at.
    ///
    /// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
    private final class Progress: @unchecked Sendable {
        let mutex = Mutex()
        /// Groups that were handed over, and those of which every record is folded, with all
        /// groups before.
        var (begun, ended) = (0, 0)
        /// By group behind `ended`: how many of its records are not folded.
        var remaining: [Int] = []
        var failure: ServingError?

        func begin(_ records: Int) -> Int {
            mutex.locked {
                begun += 1
                remaining.append(records)
                endGroups()
                return begun - 1
            }
        }

        private func endGroups() {
            while failure == nil, remaining.first == 0 {
                remaining.removeFirst()
                ended += 1
            }
        }

        func note(_ result: Result<UInt64, ServingError>, of group: Int) {
            mutex.locked {
                if case .failure(let error) = result { failure = failure ?? error }
                remaining[group - ended] -= 1
                endGroups()
                mutex.signal()
            }
        }

        /// Returns once at most so many groups are on their way.
        func wait(forAtMost count: Int) -> (ended: Int, failure: ServingError?) {
            mutex.locked {
                while failure == nil, begun - ended > count { mutex.wait() }
                return (ended, failure)
            }
        }
    }

    /// A writer to a crew that serves, or is about to.
    package init(_ crew: PartitionCrew<Log, State>) { self.crew = crew }

    /// Hands over a group of records. Waits while too many groups are on their way.
    ///
    /// - Returns: how many groups are acknowledged and folded.
    /// - Throws: `ServingError`: not all groups are.
    package func append(
        _ records: [(partition: PartitionID, record: [UInt8])]
    ) throws(ServingError) -> Int {
        let group = progress.begin(records.count)
        for (partition, record) in records {
            let reply = Reply<UInt64>(deadline: Deadline(nanoseconds: .max)) { [progress] in
                progress.note($0, of: group)
            }
            crew.hosts[Int(partition.rawValue)].offer([record], reply)
        }
        return try wait(forAtMost: Self.groupsAtOnce)
    }

    /// Waits until all groups are acknowledged and folded, and says how many those are.
    ///
    /// - Throws: `ServingError`: not all groups are.
    package func finish() throws(ServingError) -> Int { try wait(forAtMost: 0) }

    /// How many groups are acknowledged and folded.
    package var acknowledged: Int { progress.wait(forAtMost: .max).ended }

    private func wait(forAtMost count: Int) throws(ServingError) -> Int {
        let (ended, failure) = progress.wait(forAtMost: count)
        if let failure { throw failure }
        return ended
    }
}
