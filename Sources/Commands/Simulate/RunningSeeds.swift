internal import Foundation

/// Which seeds are played right now, so that a step that traps can be told: a trap ends the
/// process at once, and a signal's handler may do no more than write.
enum RunningSeeds {
    /// What the handler writes: it may allocate nothing.
    private struct Report {
        var seeds: UnsafeMutablePointer<UInt64>
        var count: Int
        var flags: StaticString
    }

    // nonisolated(unsafe): set once, before the threads start; each thread writes its own place.
    nonisolated(unsafe) private static var report: Report?

    /// From here on a trap tells the seeds that are played.
    static func watch(jobs: Int, flags: StaticString) {
        let seeds = UnsafeMutablePointer<UInt64>.allocate(capacity: jobs)
        seeds.initialize(repeating: 0, count: jobs)
        report = Report(seeds: seeds, count: jobs, flags: flags)
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGABRT] {
            signal(number) { number in
                RunningSeeds.write("a step has ended the process")
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    /// A thread plays a seed from here on.
    static func note(_ seed: UInt64, of job: Int) { report?.seeds[job] = seed }

    /// Ends the process, with exit status 1, where no seed comes to its end: a step that does not
    /// end can neither be left nor stopped.
    static func endStuck() -> Never {
        write("a run does not end")
        _exit(1)
    }

    /// Writes one line for each thread, without allocating.
    private static func write(_ what: StaticString) {
        guard let report else { return }
        for job in 0..<report.count {
            writeText(what)
            writeText("; it may be: kindred simulate --trace ")
            writeNumber(report.seeds[job])
            writeText(report.flags)
            writeText("\n")
        }
    }

    private static func writeText(_ text: StaticString) {
        _ = Foundation.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }

    private static func writeNumber(_ number: UInt64) {
        var divisor: UInt64 = 10_000_000_000_000_000_000
        while divisor > 1, number / divisor == 0 { divisor /= 10 }
        while divisor > 0 {
            var digit = UInt8(ascii: "0") + UInt8(number / divisor % 10)
            _ = Foundation.write(STDERR_FILENO, &digit, 1)
            divisor /= 10
        }
    }
}
