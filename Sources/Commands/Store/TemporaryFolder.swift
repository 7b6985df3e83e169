internal import Foundation

/// A folder that does not stay.
struct TemporaryFolder {
    /// The folder.
    let path: String

    /// Makes one where the system keeps such, or in a folder that a flag names.
    init(in folder: String? = nil) throws(CommandEnd) {
        let parent = folder ?? NSTemporaryDirectory()
        var template = Array((parent + "/kindred-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .failed(
                "cannot make a folder in \(parent): \(String(cString: strerror(errno)))",
                remedy: folder == nil
                    ? "set TMPDIR to a folder where this user may write"
                    : "name a folder where this user may write with --data")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes it with all that is in it.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
