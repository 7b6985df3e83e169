package import GraphCore
internal import IdentityModel
internal import WireFormat

/// What a source says of a pair.
package struct WordAnswer: Codable, Equatable, Sendable {
    /// The source's name.
    package let source: String
    /// link, unlink, ban or unban.
    package let op: String
    /// When it happened, RFC 3339.
    package let ts: String
    /// Why, in a person's words; nil for none.
    package let reason: String?

    /// A word as the graph knows it.
    package init(_ word: WordView) {
        source = String(decoding: word.source, as: UTF8.self)
        op = word.operation.word
        ts = TimestampText.print(word.time)
        reason = word.reason.isEmpty ? nil : String(decoding: word.reason, as: UTF8.self)
    }
}

/// A link with its evidence.
package struct LinkAnswer: Codable, Equatable, Sendable {
    /// One end, "namespace:value".
    package let a: String
    /// The other end.
    package let b: String
    /// Whether some source's word says link, and none says ban.
    package let live: Bool
    /// The least time of any link of the pair, RFC 3339; nil if none came.
    package let firstLinked: String?
    /// What each source says.
    package let evidence: [WordAnswer]
    /// Whether its loss would split the customer; nil where nobody asked.
    package var bridge: Bool?

    private enum CodingKeys: String, CodingKey {
        case a, b, live, evidence, bridge
        case firstLinked = "first_linked"
    }

    /// A link whose ends are `a` and `b` in whatever order they are told.
    package init(_ link: LinkView, a: String, b: String) {
        self.a = a
        self.b = b
        live = link.isLive
        firstLinked =
            link.firstLinked == .never ? nil : TimestampText.print(link.firstLinked)
        evidence = link.words.map(WordAnswer.init)
    }
}
