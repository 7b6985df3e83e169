import Commands
import Foundation
import Testing

/// How a server waits for its end. Each test is a process of its own: signals are a process's.
///
/// Exit tests stay out of IntegrationTests. swift-testing waits for their processes with one
/// `waitid` for any child, which gives the same child again until somebody has reaped it: beside
/// tests that start programs, one that is not reaped at once would hold up all exit tests.
@Suite("Interruption")
struct InterruptionTests {
    /// Lets SIGINT and SIGTERM reach this thread: a child inherits what its parent has blocked.
    private static func unblock() {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGINT, SIGTERM] { sigaddset(&set, number) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    @Test func shouldWaitForASignal() async {
        await #expect(processExitsWith: .exitCode(7)) {
            Self.unblock()
            guard Interruption.watch() else { exit(1) }
            Thread {
                usleep(50_000)
                kill(getpid(), SIGTERM)
            }.start()
            guard Interruption.wait() == SIGTERM else { exit(2) }
            // From then on at once.
            guard Interruption.wait() == SIGTERM else { exit(3) }
            exit(7)
        }
    }

    @Test func shouldSeeASignalThatCameBefore() async {
        await #expect(processExitsWith: .exitCode(7)) {
            Self.unblock()
            guard Interruption.watch() else { exit(1) }
            kill(getpid(), SIGINT)
            exit(Interruption.wait() == SIGINT ? 7 : 2)
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func shouldEndAtOnceAtTheSecondSignal(_ second: Int32) async {
        await #expect(processExitsWith: .exitCode(128 + second)) { [second = second as Int32] in
            Self.unblock()
            guard Interruption.watch() else { exit(1) }
            kill(getpid(), SIGTERM)
            guard Interruption.wait() == SIGTERM else { exit(2) }
            kill(getpid(), second)
            sleep(20)
            exit(3)
        }
    }

    /// A thread of the node ends the wait, before it began and while it lasts; the next one waits.
    @Test func shouldBeWokenWithoutASignal() async {
        await #expect(processExitsWith: .exitCode(7)) {
            Self.unblock()
            guard Interruption.watch() else { exit(1) }
            // More than the pipe holds: waking never waits.
            for _ in 0..<100_000 { Interruption.wake() }
            guard Interruption.wait() == nil else { exit(2) }
            let start = ContinuousClock.now
            Thread {
                usleep(100_000)
                Interruption.wake()
            }.start()
            guard Interruption.wait() == nil else { exit(3) }
            exit(ContinuousClock.now - start >= .milliseconds(100) ? 7 : 4)
        }
    }
}
