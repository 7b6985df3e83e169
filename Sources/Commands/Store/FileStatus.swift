// Where this toolchain finds `struct stat` in a module that also uses NIO: whose C headers come
// first is said to have it. The one file that needs to know.
internal import CDispatch
internal import Foundation

/// What the operating system says of a file.
struct FileStatus: Equatable {
    /// What kind of a file it is.
    enum Kind { case regular, folder, other }

    /// What kind of a file it is.
    let kind: Kind
    /// Its size in bytes.
    let byteCount: UInt64
    /// The disk that it is on, and its number there: equal for two names of one file.
    let identity: [UInt64]

    /// Of the file that a path leads to; nil where there is none or it cannot be told: see errno.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Of an open file.
    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            default: .other
            }
        byteCount = UInt64(max(0, status.st_size))
        identity = [UInt64(status.st_dev), UInt64(status.st_ino)]
    }
}
