package import IdentityModel

/// What is known of two identifiers at one moment: what an event by hand changes.
package struct PairState: Equatable, Sendable {
    /// One identifier, as it was asked for.
    package let a: String
    /// The other.
    package let b: String
    /// The customer of each; nil where it is not found.
    package let customers: [String?]
    /// The sources whose word says link.
    package let linkedBy: [String]
    /// The sources whose word says ban.
    package let bannedBy: [String]
    /// The first part of the path between them; nil where they are not one customer, or where
    /// nobody asked for it.
    package let path: PathAnswer?
    /// What it reflects.
    package let position: PositionAnswer
}

/// What an event by hand changed, or would.
package struct HandAnswer: Codable, Equatable, Sendable {
    /// link, unlink, ban or unban.
    package let op: String
    /// One end, as it was given.
    package let a: String
    /// The other end.
    package let b: String
    /// Whether nothing was changed.
    package let dryRun: Bool
    /// The customers of both ends before; nil for none.
    package let before: [String?]
    /// The customers of both ends after.
    package let after: [String?]
    /// Whether both are one customer after.
    package let same: Bool
    /// The sources that link the pair, after.
    package let linkedBy: [String]
    /// The sources that ban the pair, after.
    package let bannedBy: [String]
    /// The identifiers on a path between both, after; of a very long one the first part.
    package let path: [String]?
    /// The links between them.
    package let links: [LinkAnswer]?
    /// How many links the whole path has.
    package let linkCount: Int?
    /// What the answer reflects.
    package let position: PositionAnswer

    private enum CodingKeys: String, CodingKey {
        case op, a, b, before, after, same, path, links, position
        case dryRun = "dry_run"
        case linkedBy = "linked_by"
        case bannedBy = "banned_by"
        case linkCount = "link_count"
    }

    /// The answer out of the pair's states around the event. Of `before` only the customers count.
    package init(
        _ operation: LinkOperation, before: PairState, after: PairState, isDryRun: Bool
    ) {
        op = operation.word
        (a, b) = (after.a, after.b)
        dryRun = isDryRun
        self.before = before.customers
        self.after = after.customers
        same = after.path != nil
        linkedBy = after.linkedBy
        bannedBy = after.bannedBy
        path = after.path?.identifiers
        links = after.path?.links
        linkCount = after.path?.linkCount
        position = after.position
    }
}
