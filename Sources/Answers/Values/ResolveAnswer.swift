/// The customer of an identifier or customer id, or that there is none.
package struct ResolveAnswer: Codable, Equatable, Sendable {
    /// What was asked.
    package var id: String
    /// The customer that has it now; nil with an `error`.
    package var customerID: String?
    /// The customer id that was asked for, where another customer has taken its place.
    package var requested: String?
    /// Some of the customer's identifiers, the strongest first.
    package var identifiers: [String]?
    /// How many it has.
    package var identifierCount: Int?
    /// The identifier that names it.
    package var anchor: String?
    /// The version of its last change that the feed told; 0 for none yet.
    package var version: UInt64?
    /// What was observed of it.
    package var profile: [String: ProfileValue]?
    /// Where each value of the profile came from.
    package var provenance: [String: Provenance]?
    /// Where the next page goes on; nil behind the last.
    package var nextCursor: String?
    /// What the answer reflects.
    package var position: PositionAnswer?
    /// Why there is no answer: `AnswerError`.
    package var error: String?

    private enum CodingKeys: String, CodingKey {
        case id, requested, identifiers, anchor, version, profile, provenance, position, error
        case customerID = "customer_id"
        case identifierCount = "identifier_count"
        case nextCursor = "next_cursor"
    }

    /// The answer that there is none.
    package init(id: String, error: String, position: PositionAnswer? = nil) {
        self.id = id
        self.error = error
        self.position = position
    }

    /// A customer and a page of its identifiers.
    package init(
        id: String, customerID: String, requested: String?, identifiers: [String],
        identifierCount: Int, nextCursor: String?, position: PositionAnswer
    ) {
        self.id = id
        self.customerID = customerID
        self.requested = requested
        self.identifiers = identifiers
        self.identifierCount = identifierCount
        self.nextCursor = nextCursor
        self.position = position
    }

    /// Adds what belongs to the customer as a whole.
    mutating func describe(anchor: String?, version: UInt64, _ profile: ProfileAnswer) {
        self.anchor = anchor
        self.version = version
        self.profile = profile.values
        provenance = profile.provenance.isEmpty ? nil : profile.provenance
    }
}

/// The stable words of answers that are no.
package enum AnswerError {
    /// No event has linked or observed the identifier, or the customer never was.
    package static let notFound = "not_found"
}
