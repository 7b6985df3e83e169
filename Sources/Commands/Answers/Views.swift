internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

extension MemberView {
    /// The identifier as "namespace:value".
    var text: [UInt8] { namespace + [UInt8(ascii: ":")] + value }

    /// The identifier for JSON; its bytes are UTF-8 by the decoders' checks.
    var string: String { String(decoding: text, as: UTF8.self) }
}

/// What a source says of a pair, in JSON.
struct WordAnswer: Encodable {
    let source: String
    let op: String
    let ts: String
    let reason: String?

    init(_ word: WordView) {
        source = String(decoding: word.source, as: UTF8.self)
        op = word.operation.word
        ts = TimestampText.print(word.time)
        reason = word.reason.isEmpty ? nil : String(decoding: word.reason, as: UTF8.self)
    }
}

/// A link with its evidence, in JSON.
struct LinkAnswer: Encodable {
    let a: String
    let b: String
    let live: Bool
    let firstLinked: String?
    let evidence: [WordAnswer]
    /// Whether its loss would split the customer; nil where nobody asked.
    var bridge: Bool?

    /// A link whose ends are `a` and `b` in whatever order they are told.
    init(_ link: LinkView, a: String, b: String) {
        self.a = a
        self.b = b
        live = link.isLive
        firstLinked =
            link.firstLinked == .never ? nil : TimestampText.print(link.firstLinked)
        evidence = link.words.map(WordAnswer.init)
    }

    /// The lines that say it to a person, without the ends.
    var lines: [String] {
        evidence.map { word in
            let why = word.reason.map { ": " + Escaping.terminal($0.utf8) } ?? ""
            return "\(word.op) by \(Escaping.terminal(word.source.utf8)) at \(word.ts)\(why)"
        }
    }
}

/// Why two identifiers are one customer: each step and what was said of it; of a very long path a
/// part.
struct PathAnswer {
    /// The identifiers on the path, both ends included; of a part, those of its links.
    let identifiers: [String]
    /// The links between them, one fewer.
    let links: [LinkAnswer]
    /// How many links the whole path has.
    let linkCount: Int
    /// How many links follow this part.
    let remaining: Int
    /// Where the next part starts; nil behind the last.
    let next: Cursor?

    /// At most `limit` links of the shortest path, from the identifier `start` of it on (nil: from
    /// its beginning); nil where the two are not one customer.
    ///
    /// - Throws: `CommandEnd`, also where `start` is not on the path.
    init?(
        from one: NodeKey, to other: NodeKey, startingAt start: NodeKey? = nil,
        limit: Int = PageLimits.pathLinks, in store: OpenStore
    ) throws(CommandEnd) {
        guard let keys = try store.path(one, other) else { return nil }
        var first = 0
        if let start {
            guard let place = keys.firstIndex(of: start) else {
                throw CommandEnd(
                    ExitStatus.failed,
                    "the path no longer runs where --cursor points; leave it out to start again")
            }
            first = place
        }
        let end = min(keys.count, first + limit + 1)
        var identifiers: [String] = []
        var links: [LinkAnswer] = []
        for index in first..<end {
            identifiers.append(try store.text(of: keys[index]))
            guard index > first else { continue }
            if let link = try store.link(keys[index - 1], keys[index]) {
                let (a, b) = (identifiers[index - first - 1], identifiers[index - first])
                links.append(LinkAnswer(link, a: a, b: b))
            }
        }
        self.identifiers = identifiers
        self.links = links
        linkCount = keys.count - 1
        remaining = keys.count - end
        next = remaining > 0 ? .step(keys[end - 1]) : nil
    }

    /// "1 link", "17 links".
    static func countText(_ count: Int) -> String { "\(count) link\(count == 1 ? "" : "s")" }

    /// The lines that say it to a person.
    var lines: [String] { Self.lines(identifiers, links, remaining: remaining) }

    /// The lines that say a path to a person, of which so many links are not shown.
    static func lines(
        _ identifiers: [String], _ links: [LinkAnswer], remaining: Int
    ) -> [String] {
        var lines = ["  " + Escaping.terminal(identifiers[0].utf8)]
        for (index, link) in links.enumerated() {
            for line in link.lines { lines.append("    | " + line) }
            lines.append("  " + Escaping.terminal(identifiers[index + 1].utf8))
        }
        if remaining > 0 { lines.append("  and \(countText(remaining)) more") }
        return lines
    }
}
