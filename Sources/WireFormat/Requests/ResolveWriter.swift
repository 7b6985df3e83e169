package import IdentityModel

/// What became of an id that was asked for.
package enum ResolveOutcome: Equatable, Sendable {
    /// The customer of this anchor.
    case found(NodeKey)
    /// Nobody is known by it.
    case notFound
    /// It could not be looked for; the stable word for why, a `ResolveRefusal`'s or a node's.
    case refused(String)

    /// Whether there is a customer.
    package var isFound: Bool { if case .found = self { true } else { false } }
}

extension [UInt8] {
    /// Appends an answer's JSON object: `{"id":…,"customer_id":…}` or `{"id":…,"error":…}`.
    ///
    /// The id is written as it was asked for; what of it is not UTF-8 is mended with U+FFFD.
    @inline(__always)
    package mutating func appendResolved(_ id: Span<UInt8>, _ outcome: ResolveOutcome) {
        append(#"{"id":""#)
        appendJSONText(id)
        switch outcome {
        case .found(let anchor):
            append(#"","customer_id":""#)
            appendHexadecimal(anchor)
        case .notFound: append(#"","error":"not_found"#)
        case .refused(let word):
            append(#"","error":""#)
            append(contentsOf: word.utf8)
        }
        append(#""}"#)
    }

    /// Appends a customer id: its anchor's 32 lower-case hexadecimal digits.
    package mutating func appendCustomer(_ anchor: NodeKey) { appendHexadecimal(anchor) }
}

/// Writes the answer of `POST /v1/resolve` as bytes, which takes a fraction of what a JSON encoder
/// does: `{"results":[…],"position":{"partition":0,"offset":17}}`.
package struct ResolveWriter: Sendable {
    /// About what an answer takes besides its id, in bytes.
    private static let rowBytes = 70
    private var bytes: [UInt8] = []
    private var isFirst = true

    /// A writer for about so many answers, whose ids have `idBytes` bytes together.
    package init(count: Int = 0, idBytes: Int = 0) {
        bytes.reserveCapacity(count * ResolveWriter.rowBytes + idBytes + ResolveWriter.rowBytes)
        bytes.append(#"{"results":["#)
    }

    /// Appends the next answer, in the order of the request.
    @inline(__always)
    package mutating func append(_ id: Span<UInt8>, _ outcome: ResolveOutcome) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        bytes.appendResolved(id, outcome)
    }

    /// Ends the answer, which reflects every record before `offset` in the log of `partition`, and
    /// hands its bytes over.
    package consuming func finish(partition: UInt16, offset: UInt64) -> [UInt8] {
        bytes.append(#"],"position":{"partition":"#)
        bytes.appendDecimal(UInt64(partition))
        bytes.append(#","offset":"#)
        bytes.appendDecimal(offset)
        bytes.append("}}")
        return bytes
    }
}
