internal import Glibc

/// Why a file of events cannot be read, or not to its end, and what to do about it.
package struct InputError: Error, Equatable, Sendable {
    /// The kinds of failure that callers tell apart.
    package enum Code: String, Sendable, CaseIterable {
        /// There is no such file.
        case notFound
        /// The path names a folder.
        case isDirectory
        /// The operating system does not let this user read it.
        case permission
        /// A compressed file ends before its content does.
        case truncated
        /// A compressed file's bytes do not decode.
        case corrupt
        /// The text is UTF-16 or UTF-32, not UTF-8.
        case utf16
        /// Any other failure of reading.
        case ioError
    }

    /// The kind of failure.
    package let code: Code
    /// The file's path as it was given; "standard input" for "-".
    package let path: String
    /// What is wrong: one clause, without the path.
    package let reason: String
    /// What a person can do: one clause.
    package let remedy: String
    /// How many lines came out whole before, where reading had begun.
    package private(set) var wholeLines: Int?

    /// A failure with its words.
    package init(_ code: Code, path: String, _ reason: String, remedy: String) {
        self.code = code
        self.path = path
        self.reason = reason
        self.remedy = remedy
    }

    /// A failure of opening or reading that the operating system numbers.
    init(errno code: Int32, path: String) {
        let reason = String(cString: strerror(code))
        switch code {
        case ENOENT:
            self.init(
                .notFound, path: path, "there is no such file", remedy: "check the path")
        case EISDIR:
            self.init(
                .isDirectory, path: path, "it is a folder",
                remedy: "name the files in it, \(ShellText.quoted(path + "/"))*")
        case EACCES, EPERM:
            self.init(
                .permission, path: path, "this user may not read it",
                remedy: "give it the right to, or run as the file's owner")
        default:
            self.init(
                .ioError, path: path, "reading failed: \(reason)",
                remedy: "check the disk and the system's log")
        }
    }

    /// The same failure, met after so many whole lines.
    func after(wholeLines: Int) -> InputError {
        var error = self
        error.wholeLines = wholeLines
        return error
    }
}

extension InputError: CustomStringConvertible {
    /// "path: reason, after N whole lines; remedy".
    package var description: String {
        let lines = wholeLines.map { ", after \($0) whole \($0 == 1 ? "line" : "lines")" } ?? ""
        return "\(path): \(reason)\(lines); \(remedy)"
    }
}

/// Text for a shell's command line.
enum ShellText {
    /// `text` in single quotes, where it needs them.
    static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"),
                    UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        if isPlain { return text }
        let parts = text.split(separator: "'", omittingEmptySubsequences: false)
        return "'" + parts.joined(separator: "'\\''") + "'"
    }
}
