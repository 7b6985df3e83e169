internal import IdentityModel
internal import WireFormat

/// Writes answers as bytes: what JSONEncoder would take several microseconds for.
struct ResolvedRow {
    /// What became of an id.
    enum Outcome {
        case found(NodeKey)
        case notFound
        /// The stable word for why: a `RejectReason`'s, or one of a node's.
        case refused(String)

        /// Whether there is a customer.
        var isFound: Bool { if case .found = self { true } else { false } }
    }

    private static let flushBytes = 1 << 16
    private static let digits = Array("0123456789abcdef".utf8)
    private var bytes: [UInt8] = []

    /// Whether it is time to hand the rows on.
    var isFull: Bool { bytes.count >= Self.flushBytes }

    /// Hands the rows to standard output.
    mutating func flush() {
        Output.write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Appends `{"id":…,"customer_id":…}` or `{"id":…,"error":…}`.
    mutating func appendJSON(_ id: Span<UInt8>, _ outcome: Outcome) {
        append(#"{"id":""#)
        appendEscaped(id)
        switch outcome {
        case .found(let anchor):
            append(#"","customer_id":""#)
            append(anchor)
        case .notFound: append(#"","error":"not_found"#)
        case .refused(let reason):
            append(#"","error":""#)
            bytes.append(contentsOf: reason.utf8)
        }
        append("\"}\n")
    }

    /// Appends the id, a tab, and its customer or what is wrong with it. A tab inside the id is
    /// escaped, so that it is the only one.
    mutating func appendText(_ id: Span<UInt8>, _ outcome: Outcome) {
        bytes.append(contentsOf: Escaping.terminal(id.indices.map { id[$0] }).utf8)
        bytes.append(UInt8(ascii: "\t"))
        switch outcome {
        case .found(let anchor): append(anchor)
        case .notFound: append("not found")
        case .refused(let reason): bytes.append(contentsOf: "refused: \(reason)".utf8)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    @inline(__always)
    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ key: NodeKey) {
        for word in [key.high, key.low] {
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                bytes.append(Self.digits[Int(word >> shift & 15)])
            }
        }
    }

    /// Appends a JSON string's inside (RFC 8259, 7): quotes, reverse solidi and control characters
    /// escaped. What is not UTF-8 is mended with U+FFFD, as everywhere in answers.
    private mutating func appendEscaped(_ text: Span<UInt8>) {
        var isPlain = true
        for index in text.indices {
            let byte = text[index]
            if byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5C { isPlain = false }
        }
        if isPlain { return text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) } }
        let mended = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
        for byte in mended.utf8 {
            switch byte {
            case 0x22, 0x5C:
                bytes.append(0x5C)
                bytes.append(byte)
            case 0..<0x20:
                append("\\u00")
                bytes.append(Self.digits[Int(byte >> 4)])
                bytes.append(Self.digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
    }
}
