package import IdentityModel

/// An identifier that somebody typed or asked for: normalised bytes, `ns:value`.
package struct NormalizedIdentifier: Equatable, Sendable {
    /// `ns:value`, normalised.
    package let bytes: [UInt8]
    /// The bytes of the namespace; the colon follows them.
    package let namespaceLength: Int
    /// The namespace's place in `NamespaceTable.namespaces`; nil where it is not named there.
    package let namespaceIndex: Int?
}

/// Reads identifiers as people type them, with the same steps and checks as in events.
package struct IdentifierParser: Sendable {
    private let rules: EventRules
    private var scratch = EventScratch()
    private var found = DecodedIdentifier.absent

    /// What a text is read as.
    package enum Outcome: Equatable, Sendable {
        /// An identifier as the graph knows it.
        case identifier(NormalizedIdentifier)
        /// Why the text is none: `badUTF8`, `badNamespace`, `badPhone`, `emptyValue`,
        /// `valueTooLong`, `lineTooLong`.
        case rejected(Rejected)
    }

    /// A parser under a store's namespaces.
    package init(namespaces: NamespaceTable) {
        rules = EventRules(EventDecoderOptions(namespaces: namespaces))
    }

    /// Reads `ns:value`, split at the first colon.
    package mutating func parse(_ text: String) -> Outcome { parse(Array(text.utf8).span) }

    /// Reads `ns:value` from bytes, split at the first colon.
    package mutating func parse(_ text: Span<UInt8>) -> Outcome {
        if let rejected = read(text) { return .rejected(rejected) }
        return .identifier(
            NormalizedIdentifier(
                bytes: scratch.copy(found.text), namespaceLength: found.namespaceLength,
                namespaceIndex: found.namespaceIndex))
    }

    /// Reads `ns:value` from bytes as `parse` does and copies nothing out: `withNormalized`
    /// lends the identifier until the next call. Says why the text is none, or nil.
    ///
    /// `namespaceLength` is given where the namespace was a field of its own, of so many bytes.
    package mutating func read(_ text: Span<UInt8>, namespaceLength: Int? = nil) -> Rejected? {
        if let rejected = EventRules.checkLine(text) { return rejected }
        scratch.reset()
        let start = scratch.count
        scratch.append(text, 0..<text.count)
        return rules.finishIdentifier(
            &scratch, from: start, namespaceLength: namespaceLength, "the identifier", into: &found)
    }

    /// Lends the bytes of the identifier that was read last: `ns:value`, normalised.
    package func withNormalized<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        body(scratch.bytes.span.extracting(found.text))
    }
}
