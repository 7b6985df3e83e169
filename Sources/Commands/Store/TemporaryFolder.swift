internal import Foundation

/// A folder that does not stay.
struct TemporaryFolder {
    /// The folder.
    let path: String

    /// Makes one where the system keeps such.
    init() throws(CommandEnd) {
        var template = Array((NSTemporaryDirectory() + "/kindred-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .failed(
                "cannot make a folder in \(NSTemporaryDirectory()): "
                    + String(cString: strerror(errno)),
                remedy: "set TMPDIR to a folder where this user may write")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes it with all that is in it.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
