internal import Answers

/// Links and paths for people.
enum PathText {
    /// "1 link", "17 links".
    static func count(_ count: Int) -> String { "\(count) link\(count == 1 ? "" : "s")" }

    /// The lines that say a path, of which so many links are not shown.
    static func lines(
        _ identifiers: [String], _ links: [LinkAnswer], remaining: Int
    ) -> [String] {
        var lines: [String] = []
        for (index, identifier) in identifiers.enumerated() {
            if index > 0, index <= links.count {
                for line in links[index - 1].lines { lines.append("    | " + line) }
            }
            lines.append("  " + Escaping.terminal(identifier.utf8))
        }
        if remaining > 0 { lines.append("  and \(count(remaining)) more") }
        return lines
    }
}

extension LinkAnswer {
    /// The lines that say it, without the ends.
    var lines: [String] {
        evidence.map { word in
            let why = word.reason.map { ": " + Escaping.terminal($0.utf8) } ?? ""
            let source = Escaping.terminal(word.source.utf8)
            // A node's words are as little trusted on a terminal as a source's.
            let (op, ts) = (Escaping.terminal(word.op.utf8), Escaping.terminal(word.ts.utf8))
            return "\(op) by \(source) at \(ts)\(why)"
        }
    }
}
