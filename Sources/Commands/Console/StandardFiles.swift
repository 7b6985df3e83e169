internal import Foundation

/// Standard input, output and error.
enum StandardFiles {
    /// Opens what the caller has closed of the three, so that no file of the store is ever given
    /// one of their numbers and written to as if it were the terminal. Reading or writing there
    /// still fails.
    static func holdPlaces() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is given: this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
