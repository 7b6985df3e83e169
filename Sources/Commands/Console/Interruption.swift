internal import Foundation

/// Whether the user or the system has asked the program to stop.
///
/// Reading is the only wait without end, and all that may wait is read through standard input's
/// descriptor (`ReplayFiles.open`): the handler puts an empty file in its place, so that a read
/// under way ends, and the next one finds the end. What came out of a read may then be cut short;
/// the status is to be looked at behind every line.
enum Interruption {
    // nonisolated(unsafe): a word that a signal handler sets once and the main thread reads; its
    // reads and writes are single instructions.
    nonisolated(unsafe) private static var received: sig_atomic_t = 0
    // nonisolated(unsafe): set before the handler is, and never again.
    nonisolated(unsafe) private static var emptyFile: Int32 = -1

    /// From here on SIGINT and SIGTERM are noted; a second one ends the process at once.
    static func watch() {
        emptyFile = open("/dev/null", O_RDONLY | O_CLOEXEC)
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            // No SA_RESTART: a read that waits returns, and is begun again on the empty file.
            action.__sigaction_handler.sa_handler = { number in
                if Interruption.received != 0 { _exit(128 + number) }
                Interruption.received = number
                if Interruption.emptyFile >= 0 { dup2(Interruption.emptyFile, STDIN_FILENO) }
            }
            sigaction(number, &action, nil)
        }
    }

    /// The status to end with, if a signal came.
    static var status: Int32? { received == 0 ? nil : 128 + received }
}
