/// What is inside one customer: a page of its members, then of its links.
package struct ComponentAnswer: Codable, Equatable, Sendable {
    /// A member.
    package struct Member: Codable, Equatable, Sendable {
        /// The identifier, "namespace:value".
        package let id: String
        /// The least time of any link or observe that named it, RFC 3339.
        package let firstSeen: String
        /// Whether it names the customer.
        package let anchor: Bool

        private enum CodingKeys: String, CodingKey {
            case id, anchor
            case firstSeen = "first_seen"
        }

        /// A member with its members.
        package init(id: String, firstSeen: String, anchor: Bool) {
            self.id = id
            self.firstSeen = firstSeen
            self.anchor = anchor
        }
    }

    /// What was asked.
    package var id: String
    /// The customer; nil with an `error`.
    package var customerID: String?
    /// How many identifiers it has.
    package var identifierCount: Int?
    /// The version of its last change that the feed told; 0 for none yet.
    package var version: UInt64?
    /// What was observed of it; on the first page.
    package var profile: [String: ProfileValue]?
    /// Where each value of the profile came from; on the first page.
    package var provenance: [String: Provenance]?
    /// How many of its links would split it; nil where nobody asked.
    package var bridgeCount: Int?
    /// The members of this page, the strongest first.
    package var members: [Member]?
    /// The links of this page, live or not.
    package var links: [LinkAnswer]?
    /// Where the next page goes on; nil behind the last.
    package var nextCursor: String?
    /// Why there is no answer: `AnswerError`.
    package var error: String?
    /// What the answer reflects.
    package var position: PositionAnswer?

    private enum CodingKeys: String, CodingKey {
        case id, members, links, version, profile, provenance, error, position
        case customerID = "customer_id"
        case identifierCount = "identifier_count"
        case bridgeCount = "bridge_count"
        case nextCursor = "next_cursor"
    }

    /// An answer that holds nothing yet, or never will: `error` says why.
    package init(id: String, error: String? = nil, position: PositionAnswer?) {
        self.id = id
        self.error = error
        self.position = position
    }
}
