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

/// Why two identifiers are one customer: each step and what was said of it.
struct PathAnswer {
    /// The identifiers on the path, both ends included.
    let identifiers: [String]
    /// The links between them, one fewer.
    let links: [LinkAnswer]

    /// The shortest path; nil where the two are not one customer.
    init?(
        from one: NodeKey, to other: NodeKey, in store: OpenStore
    ) throws(CommandEnd) {
        let keys = try store.failing { (runtime) throws(StoreFailure) in
            try runtime.ask { (graph, reader) throws(StateError) in
                try graph.path(from: one, to: other, reader: reader)
            }
        }
        guard let keys else { return nil }
        var identifiers: [String] = []
        var links: [LinkAnswer] = []
        for (index, key) in keys.enumerated() {
            identifiers.append(try store.text(of: key))
            guard index > 0 else { continue }
            if let link = try store.link(keys[index - 1], key) {
                links.append(
                    LinkAnswer(link, a: identifiers[index - 1], b: identifiers[index]))
            }
        }
        self.identifiers = identifiers
        self.links = links
    }

    /// The lines that say it to a person.
    var lines: [String] {
        var lines = ["  " + Escaping.terminal(identifiers[0].utf8)]
        for (index, link) in links.enumerated() {
            for line in link.lines { lines.append("    | " + line) }
            lines.append("  " + Escaping.terminal(identifiers[index + 1].utf8))
        }
        return lines
    }
}
