import Foundation

/// What `PowerLossRecorder.c` wrote down of one process.
struct PowerLossJournal {
    /// One line.
    enum Entry: Equatable {
        case create(inode: UInt64, path: String)
        case truncate(inode: UInt64)
        case makeFolder(path: String)
        case link(from: String, to: String)
        case rename(from: String, to: String)
        case unlink(path: String)
        case sync(inode: UInt64, bytes: Int)
        case beginFolderSync(number: Int, path: String)
        case endFolderSync(number: Int)
        case said(String)
    }

    /// The lines in their order.
    let entries: [Entry]

    /// Reads a journal; a last line that is cut short is left out.
    init(path: String) throws {
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        entries = try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(Self.entry)
    }

    private static func entry(_ line: Substring) throws -> Entry {
        let words = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        switch (words.first, words.count) {
        case ("create", 3): return .create(inode: try number(words[1]), path: words[2])
        case ("truncate", 2): return .truncate(inode: try number(words[1]))
        case ("mkdir", 2): return .makeFolder(path: words[1])
        case ("link", 3): return .link(from: words[1], to: words[2])
        case ("rename", 3): return .rename(from: words[1], to: words[2])
        case ("unlink", 2): return .unlink(path: words[1])
        case ("sync", 3): return .sync(inode: try number(words[1]), bytes: try number(words[2]))
        case ("begin", 3):
            return .beginFolderSync(number: try number(words[1]), path: words[2])
        case ("end", 2): return .endFolderSync(number: try number(words[1]))
        case ("said", _): return .said(words.dropFirst().joined(separator: "\t"))
        default: throw CrashSupportError("the recorder wrote '\(line)'")
        }
    }

    private static func number<Number: FixedWidthInteger>(_ text: String) throws -> Number {
        guard let number = Number(text) else {
            throw CrashSupportError("the recorder wrote '\(text)' for a number")
        }
        return number
    }
}
