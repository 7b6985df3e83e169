internal import Foundation

/// Whether the user or the system has asked the program to stop.
enum Interruption {
    // nonisolated(unsafe): a word that a signal handler sets once and the main thread reads; its
    // reads and writes are single instructions.
    nonisolated(unsafe) private static var received: sig_atomic_t = 0

    /// From here on SIGINT and SIGTERM are noted; a second one ends the process at once.
    static func watch() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if Interruption.received != 0 { _exit(128 + number) }
                Interruption.received = number
            }
        }
    }

    /// The status to end with, if a signal came.
    static var status: Int32? { received == 0 ? nil : 128 + received }
}
