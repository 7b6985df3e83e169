/// Why two identifiers are one customer, or that they are not.
package struct ExplainAnswer: Codable, Equatable, Sendable {
    /// One word that was asked.
    package var a: String
    /// The other.
    package var b: String
    /// Whether they are one customer.
    package var same: Bool
    /// The customer that they are; nil where they are not one.
    package var customerID: String?
    /// The customer of each where they are not one; nil for one that is not found.
    package var customerIDs: [String?]?
    /// The identifiers on a part of a shortest path.
    package var path: [String]?
    /// The links between them.
    package var links: [LinkAnswer]?
    /// How many links the whole path has.
    package var linkCount: Int?
    /// How many links follow this part; nil for none.
    package var remainingLinkCount: Int?
    /// Where the next part starts; nil behind the last.
    package var nextCursor: String?
    /// What was said of this very pair; nil for nothing.
    package var direct: LinkAnswer?
    /// Why there is no answer: `AnswerError`.
    package var error: String?
    /// What the answer reflects.
    package var position: PositionAnswer?

    private enum CodingKeys: String, CodingKey {
        case a, b, same, path, links, direct, error, position
        case customerID = "customer_id"
        case customerIDs = "customer_ids"
        case linkCount = "link_count"
        case remainingLinkCount = "remaining_link_count"
        case nextCursor = "next_cursor"
    }

    /// The answer that they are not one customer, as far as is known yet.
    package init(a: String, b: String, position: PositionAnswer?) {
        self.a = a
        self.b = b
        same = false
        self.position = position
    }
}
