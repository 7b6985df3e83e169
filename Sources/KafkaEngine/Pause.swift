internal import Glibc

/// Waits on a thread of the engine's own, where there is nothing to wait for but time.
enum Pause {
    /// Returns after so many milliseconds.
    static func milliseconds(_ count: UInt32) { usleep(count * 1_000) }
}
