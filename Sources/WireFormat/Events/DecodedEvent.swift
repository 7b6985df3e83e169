package import IdentityModel

/// An identifier in the decoder's scratch: `ns:value`, normalised, contiguous.
package struct DecodedIdentifier: Equatable, Sendable {
    /// Where `ns:value` lies in the scratch; empty where there is no identifier.
    package var text: Range<Int>
    /// The bytes of the namespace; the colon follows them.
    package var namespaceLength: Int
    /// The namespace's place in `NamespaceTable.namespaces`; nil where it is not named there.
    package var namespaceIndex: Int?

    /// No identifier: the `b` of an observe.
    package static let absent = DecodedIdentifier(
        text: 0..<0, namespaceLength: 0, namespaceIndex: nil)

    /// Where the normalised value lies in the scratch.
    package var value: Range<Int> {
        text.isEmpty ? text : (text.lowerBound + namespaceLength + 1)..<text.upperBound
    }
}

/// A validated, normalised event. Its ranges point into the decoder's scratch and hold until the
/// decoder's next call.
package struct DecodedEvent: Equatable, Sendable {
    /// What is said of `a` and `b`.
    package var operation: LinkOperation
    /// The first identifier.
    package var a: DecodedIdentifier
    /// The second identifier; absent for observe.
    package var b: DecodedIdentifier
    /// When it happened.
    package var time: EventTime
    /// Who says so; `default` where the event names nobody.
    package var source: Range<Int>
    /// The event's own id; empty where it has none.
    package var eventID: Range<Int>
    /// Why, as a person gave it; empty where nobody did.
    package var reason: Range<Int>
    /// Keys of the event that mean nothing here: unknown ones, and the `b` of an observe.
    package var ignoredKeys: Int
}

/// What a decoder makes of one line or row.
package enum DecodeOutcome: Equatable, Sendable {
    /// An event to fold.
    case event(DecodedEvent)
    /// A refusal to count and to write to the rejects.
    case rejected(Rejected)
}
