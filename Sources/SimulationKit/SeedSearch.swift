internal import NodeRuntime

/// Plays a range of seeds on several threads, up to the first that fails.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
package final class SeedSearch: @unchecked Sendable {
    /// A seed that failed.
    package struct Failure: Sendable {
        /// Its scenario.
        package let scenario: Scenario
        /// What does not hold.
        package let violation: Violation
    }

    /// Seeds that a thread takes at once.
    private static let seedsAtOnce: UInt64 = 16

    private let seeds: Range<UInt64>
    private let size: Scenario.Size
    private let level: Scenario.Level
    private let mutant: ContractMutant?
    private let noteSeed: @Sendable (_ job: Int, _ seed: UInt64) -> Void
    private let mutex = Mutex()
    private var next: UInt64
    private var played: UInt64 = 0
    private var running = 0
    private var failure: Failure?

    /// A search.
    ///
    /// - Parameter noteSeed: told of each seed before a thread plays it.
    package init(
        _ seeds: Range<UInt64>, size: Scenario.Size, level: Scenario.Level = .machine,
        mutant: ContractMutant? = nil,
        noteSeed: @escaping @Sendable (_ job: Int, _ seed: UInt64) -> Void = { _, _ in }
    ) {
        self.seeds = seeds
        self.size = size
        self.level = level
        self.mutant = mutant
        self.noteSeed = noteSeed
        next = seeds.lowerBound
    }

    /// Plays them on so many threads. Of the seeds that fail it is the least one that is told, the
    /// same for any number of threads.
    ///
    /// - Parameters:
    ///   - interval: between two calls of `progress`, in nanoseconds.
    ///   - progress: told how many seeds were played so far.
    /// - Returns: how many were played, and what failed.
    package func run(
        jobs: Int, interval: UInt64 = 10_000_000_000, progress: (UInt64) -> Void = { _ in }
    ) -> (played: UInt64, failure: Failure?) {
        precondition(jobs > 0, "somebody plays them")
        running = jobs
        let threads = (0..<jobs).map { job in SystemThread { self.play(as: job) } }
        var end = MonotonicTime.system.nanoseconds() + interval
        while let count = waitForMore(until: end) {
            progress(count)
            end += interval
        }
        for thread in threads { thread.join() }
        return mutex.locked { (played, failure) }
    }

    /// Returns how many were played at a time, or nil once all threads have ended.
    private func waitForMore(until end: UInt64) -> UInt64? {
        mutex.locked {
            while running > 0, MonotonicTime.system.nanoseconds() < end { mutex.wait(until: end) }
            return running > 0 ? played : nil
        }
    }

    /// One thread's life.
    private func play(as job: Int) {
        while let some = take() {
            for seed in some where isWanted(seed) {
                noteSeed(job, seed)
                let scenario = Scenario(seed: seed, size: size, level: level)
                let violation = Simulation.play(scenario, mutant: mutant)
                note(violation.map { Failure(scenario: scenario, violation: $0) })
            }
        }
        mutex.locked {
            running -= 1
            mutex.signal()
        }
    }

    private func take() -> Range<UInt64>? {
        mutex.locked {
            guard next < seeds.upperBound, failure == nil else { return nil }
            let end = min(next + min(Self.seedsAtOnce, .max - next), seeds.upperBound)
            defer { next = end }
            return next..<end
        }
    }

    private func isWanted(_ seed: UInt64) -> Bool {
        mutex.locked { failure.map { seed < $0.scenario.seed } ?? true }
    }

    private func note(_ failure: Failure?) {
        mutex.locked {
            played += 1
            guard let failure else { return }
            if self.failure.map({ failure.scenario.seed < $0.scenario.seed }) ?? true {
                self.failure = failure
            }
        }
    }
}
