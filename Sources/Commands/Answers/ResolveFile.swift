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
        var outcome: ResolveOutcome
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
        var outcome = ResolveOutcome.notFound
        if isTooLong {
            outcome = .refused(.rejected(.lineTooLong))
        } else if let customer = ResolveID.customer(line) {
            asked.append(.init(node: customer, place: batch.count))
        } else if let rejected = parser.read(line) {
            outcome = .refused(.rejected(rejected.reason))
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
}

/// Gathers answers as bytes: what JSONEncoder would take several microseconds for.
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
        case .refused(let refusal): bytes.append(contentsOf: "refused: \(refusal.word)".utf8)
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}
