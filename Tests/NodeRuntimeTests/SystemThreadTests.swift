import Glibc
import NodeRuntime
import Testing

/// A thread gets no signal from outside, and does not hide its own end.
@Suite("Threads of the system")
struct SystemThreadTests {
    /// A trap, and an address that is nowhere: what a handler of this process is told of.
    @Test(arguments: [SIGILL, SIGTRAP, SIGSEGV, SIGABRT])
    func shouldTellItsHandlersWhereItFails(_ fault: Int32) async {
        await #expect(processExitsWith: .exitCode(7)) { [fault = fault as Int32] in
            signal(fault) { _ in _exit(7) }
            SystemThread {
                // As the processor does it: to this thread, which ends where it is blocked.
                pthread_kill(pthread_self(), fault)
            }.join()
            exit(1)
        }
    }

    @Test func shouldTellItsHandlersOfATrap() async {
        await #expect(processExitsWith: .exitCode(7)) {
            for fault in [SIGILL, SIGTRAP] { signal(fault) { _ in _exit(7) } }
            SystemThread { preconditionFailure("what a broken invariant does") }.join()
            exit(1)
        }
    }

    /// The main thread is woken out of its reads by them.
    @Test func shouldLeaveSignalsFromOutsideToTheMainThread() async {
        await #expect(processExitsWith: .exitCode(7)) {
            SystemThread {
                var blocked = sigset_t()
                pthread_sigmask(SIG_BLOCK, nil, &blocked)
                for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR1]
                where sigismember(&blocked, number) != 1 {
                    exit(1)
                }
            }.join()
            exit(7)
        }
    }
}
