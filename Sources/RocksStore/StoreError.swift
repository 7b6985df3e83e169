/// What went wrong between the program and a database on disk, and what to do about it.
package struct StoreError: Error, Equatable, Sendable {
    /// The kinds of failure that callers tell apart.
    package enum Code: String, Sendable, CaseIterable {
        /// Another process, or another part of this one, has the database open.
        case lockHeld
        /// The database was opened for reading, or lies on a read-only file system.
        case readOnly
        /// The operating system does not let this user in.
        case permissionDenied
        /// There is no database there.
        case notFound
        /// Bytes on disk are not those that were written, or a file is missing.
        case corruption
        /// The disk, or the user's quota of it, is full.
        case noSpace
        /// The process has as many files open as it may.
        case tooManyOpenFiles
        /// Any other failure of reading or writing.
        case ioError
        /// The path names a file where a folder is needed.
        case notADirectory
        /// The database was written by something this program does not understand.
        case incompatible
        /// The call itself is wrong: keys out of order, an empty file.
        case invalidArgument
        /// The database is busy and may not be so later.
        case busy
        /// The database was closed before the call.
        case closed
    }

    /// The kind of failure.
    package let code: Code
    /// What happened, in RocksDB's or the operating system's words, with the file where known.
    package let reason: String
    /// The path of the file that is to blame, where known.
    package let file: String?

    /// A failure of `code`; `reason` says what happened, `file` to which file.
    package init(_ code: Code, _ reason: String, file: String? = nil) {
        self.code = code
        self.reason = reason
        self.file = file
    }

    /// Whether the same call may succeed later with nothing repaired.
    package var isRetriable: Bool {
        switch code {
        case .busy, .lockHeld, .tooManyOpenFiles: true
        default: false
        }
    }

    /// Whether the open database must not be written to any more: close it, see to the cause, open
    /// it again. What was acknowledged before is still in its log.
    package var isFatal: Bool {
        switch code {
        case .corruption, .ioError, .noSpace, .incompatible: true
        default: false
        }
    }

    /// What a person can do about it: one sentence.
    package var remedy: String {
        switch code {
        case .lockHeld:
            "stop the process that has it open, or ask that process"
        case .readOnly:
            "open it for writing, on a file system that is mounted for writing"
        case .permissionDenied:
            "run as the user who owns the folder, or give this user the right to it"
        case .notFound:
            "check the path, or create the database"
        case .corruption:
            "restore the folder from a backup, or rebuild it in a new folder from its events;"
                + " keep the damaged one until then"
        case .noSpace:
            "free space on that disk, then start again"
        case .tooManyOpenFiles:
            "raise the limit of open files (ulimit -n), then start again"
        case .ioError:
            "check the disk and the system's log, then start again"
        case .notADirectory:
            "name a folder, not a file"
        case .incompatible:
            "use the release that wrote it, or rebuild it in a new folder"
        case .invalidArgument:
            "this is a fault in the program: report it"
        case .busy:
            "try again"
        case .closed:
            "open the database again"
        }
    }
}

extension StoreError: CustomStringConvertible {
    /// "reason; remedy", and the file first where the reason does not name it.
    package var description: String {
        if let file, !reason.contains(file) { return "\(file): \(reason); \(remedy)" }
        return "\(reason); \(remedy)"
    }
}
