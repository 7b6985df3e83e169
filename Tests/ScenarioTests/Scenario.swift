/// A scenario file: comments, and blocks of commands with the exact text that they print.
///
/// The form is that of etcd raft's data-driven tests: a block is command lines, a line `----`, and
/// the printed result up to the next empty line. Lines before a block that start with `#` are kept.
struct Scenario: Equatable {
    /// One block.
    struct Block: Equatable {
        /// The comment lines before it.
        var comments: [String]
        /// The commands.
        var commands: [String]
        /// What they printed.
        var result: [String]
        /// The line of the first command, from 1.
        var line: Int
    }

    /// The blocks in order.
    var blocks: [Block] = []
    /// Comment lines behind the last block.
    var trailer: [String] = []

    /// Why a text is not a scenario.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    init(_ text: String) throws {
        var paragraph: [String] = []
        var start = 1
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (index, line) in (lines + [""]).enumerated() {
            if line.isEmpty {
                try add(paragraph, at: start)
                paragraph = []
                start = index + 2
            } else {
                paragraph.append(line)
            }
        }
    }

    private mutating func add(_ lines: [String], at start: Int) throws {
        let comments = lines.prefix { $0.hasPrefix("#") }
        let body = lines.dropFirst(comments.count)
        if body.isEmpty {
            trailer += trailer.isEmpty || comments.isEmpty ? comments : [""] + comments
            return
        }
        guard let separator = body.firstIndex(of: "----"), separator > body.startIndex else {
            throw Malformed(description: "line \(start): a block needs commands and ----")
        }
        let kept = trailer.isEmpty ? Array(comments) : trailer + [""] + comments
        trailer = []
        blocks.append(
            Block(
                comments: kept, commands: Array(body[..<separator]),
                result: Array(body[(separator + 1)...]), line: start + comments.count))
    }

    /// The text again, with one empty line between blocks.
    var text: String {
        var paragraphs = blocks.map { block in
            (block.comments + block.commands + ["----"] + block.result).joined(separator: "\n")
        }
        if !trailer.isEmpty { paragraphs.append(trailer.joined(separator: "\n")) }
        return paragraphs.joined(separator: "\n\n") + "\n"
    }
}
