internal import WireFormat

/// Writes answers as bytes, a line each: what JSONEncoder would take several microseconds for.
struct ResolvedRow {
    private static let flushBytes = 1 << 16
    private var bytes: [UInt8] = []

    /// Whether it is time to hand the rows on.
    var isFull: Bool { bytes.count >= Self.flushBytes }

    /// Hands the rows to standard output.
    mutating func flush() {
        Output.write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Appends `{"id":…,"customer_id":…}` or `{"id":…,"error":…}`.
    mutating func appendJSON(_ id: Span<UInt8>, _ outcome: ResolveOutcome) {
        bytes.appendResolved(id, outcome)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Appends the id, a tab, and its customer or what is wrong with it. A tab inside the id is
    /// escaped, so that it is the only one.
    mutating func appendText(_ id: Span<UInt8>, _ outcome: ResolveOutcome) {
        bytes.append(contentsOf: Escaping.terminal(id.indices.map { id[$0] }).utf8)
        bytes.append(UInt8(ascii: "\t"))
        switch outcome {
        case .found(let anchor): bytes.appendCustomer(anchor)
        case .notFound: bytes.append(contentsOf: "not found".utf8)
        case .refused(let word): bytes.append(contentsOf: "refused: \(word)".utf8)
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}
