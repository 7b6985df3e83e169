internal import EventInput
internal import Foundation

/// The files of a replay, before they are read.
enum ReplayFiles {
    /// Opens each once, so that a wrong name is told before anything is folded. What can be read
    /// only once (a pipe) is not opened, just looked for.
    static func check(_ paths: [String]) throws(CommandEnd) {
        guard paths.filter({ $0 == "-" }).count <= 1 else {
            throw CommandEnd(ExitStatus.usage, "- (standard input) can be read only once")
        }
        for path in paths where path != "-" {
            // One that may not be read is refused by opening, in the words of its errors.
            if !isStream(path) || access(path, R_OK) != 0 { _ = try file(path) }
        }
    }

    /// Whether a path names what is read as it comes, and only once: a pipe, a device, a socket.
    static func isStream(_ path: String) -> Bool {
        path == "-" || FileStatus(path)?.kind == .other
    }

    /// Opens a file. A stream is put in standard input's place, where an interruption can end it.
    static func open(_ path: String) throws(CommandEnd) -> InputFile {
        if path == "-" {
            place(standardInput)
        } else if isStream(path) {
            let descriptor = try descriptor(path)
            place(descriptor)
            close(descriptor)
        } else {
            return try file(path)
        }
        if let status = Interruption.status { throw CommandEnd(status) }
        return try file("-")
    }

    /// What was standard input when the program started, kept from the streams that take its
    /// place.
    private static let standardInput = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)

    private static func place(_ descriptor: Int32) {
        _ = standardInput  // Made before it is replaced.
        dup2(descriptor, STDIN_FILENO)
    }

    /// Opens a stream; waits for a pipe's writer until there is one or a signal comes.
    private static func descriptor(_ path: String) throws(CommandEnd) -> Int32 {
        while true {
            if let status = Interruption.status { throw CommandEnd(status) }
            let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
            if descriptor >= 0 { return descriptor }
            guard errno == EINTR else {
                throw .failed(
                    "cannot read \(path): \(String(cString: strerror(errno)))",
                    remedy: "name a file that this user may read")
            }
        }
    }

    private static func file(_ path: String) throws(CommandEnd) -> InputFile {
        do throws(InputError) {
            return try InputFile.open(path)
        } catch {
            throw CommandEnd(ExitStatus.failed, error.description)
        }
    }
}
