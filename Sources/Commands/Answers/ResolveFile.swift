internal import EventInput
internal import IdentityModel
internal import NodeKeys
internal import WireFormat

/// `kindred resolve --file`: an id a line in, an answer a line out in the same order, in constant
/// memory: a batch of lines and their answers at a time.
struct ResolveFile {
    /// Lines that are answered together at most.
    private static let batchLines = 1 << 17
    /// Bytes of their ids at most, but for one line more: 8 MiB.
    private static let batchBytes = 8 << 20

    private struct Line {
        let end: Int
        var outcome: ResolvedRow.Outcome
    }

    private let store: OpenStore
    private let isJSON: Bool
    private var resolver: CheckpointResolver
    private var parser: IdentifierParser
    private var row = ResolvedRow()
    /// The batch's ids, one behind the other, and where each ends.
    private var ids: [UInt8] = []
    private var batch: [Line] = []
    private var asked: [CheckpointResolver.Asked] = []
    /// Whether every id was found.
    private(set) var foundAll = true

    /// Answers from what the store holds.
    init(_ store: OpenStore, isJSON: Bool) throws(CommandEnd) {
        self.store = store
        self.isJSON = isJSON
        resolver = try CheckpointResolver(store)
        parser = IdentifierParser(namespaces: store.folder.table)
    }

    /// Reads ids from a file, or from - for standard input, and prints the answers. When reading
    /// fails, what came before is answered first.
    mutating func answer(_ path: String) throws(CommandEnd) {
        var lines = LineReader(try ReplayFiles.open(path), limit: EventLimits.lineBytes)
        do throws(CommandEnd) {
            while try advance(&lines) {
                let isTooLong = lines.isTooLong
                lines.withLine { ask($0, isTooLong: isTooLong) }
                if batch.count == Self.batchLines || ids.count >= Self.batchBytes { try settle() }
            }
        } catch {
            try settle()
            throw error
        }
        try settle()
    }

    /// Takes a line into the batch.
    private mutating func ask(_ line: Span<UInt8>, isTooLong: Bool) {
        ids.append(line, 0..<line.count)
        var outcome = ResolvedRow.Outcome.notFound
        if isTooLong {
            outcome = .refused(.lineTooLong)
        } else if let customer = Self.customer(line) {
            asked.append(.init(node: customer, place: batch.count))
        } else if let rejected = parser.read(line) {
            outcome = .refused(rejected.reason)
        } else {
            let key = parser.withNormalized { store.hasher.hash($0) }
            asked.append(.init(node: key, place: batch.count))
        }
        batch.append(Line(end: ids.count, outcome: outcome))
    }

    /// Answers the batch.
    private mutating func settle() throws(CommandEnd) {
        try resolver.anchors(of: &asked) { batch[$0].outcome = .found($1) }
        printAnswers()
        ids.removeAll(keepingCapacity: true)
        batch.removeAll(keepingCapacity: true)
        asked.removeAll(keepingCapacity: true)
    }

    private mutating func printAnswers() {
        let (ids, batch) = (ids, batch)
        var start = 0
        for line in batch {
            let id = ids.span.extracting(start..<line.end)
            foundAll = foundAll && line.outcome.isFound
            if isJSON { row.appendJSON(id, line.outcome) } else { row.appendText(id, line.outcome) }
            if row.isFull { row.flush() }
            start = line.end
        }
        row.flush()
    }

    private func advance(_ lines: inout LineReader) throws(CommandEnd) -> Bool {
        do throws(InputError) {
            return try lines.advance()
        } catch {
            throw CommandEnd(ExitStatus.failed, error.description)
        }
    }

    /// The key that 32 lower-case hexadecimal digits stand for; nil for other text.
    private static func customer(_ line: Span<UInt8>) -> NodeKey? {
        guard line.count == NodeKey.hexadecimalDigitCount else { return nil }
        var text: [UInt8] = []
        for index in line.indices {
            guard line[index] != UInt8(ascii: ":") else { return nil }
            text.append(line[index])
        }
        return NodeKey(hexadecimal: String(decoding: text, as: UTF8.self))
    }
}

/// Writes answers as bytes: what JSONEncoder would take several microseconds for.
struct ResolvedRow {
    /// What became of an id.
    enum Outcome {
        case found(NodeKey)
        case notFound
        case refused(RejectReason)

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
            bytes.append(contentsOf: reason.rawValue.utf8)
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
        case .refused(let reason): bytes.append(contentsOf: "refused: \(reason.rawValue)".utf8)
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
