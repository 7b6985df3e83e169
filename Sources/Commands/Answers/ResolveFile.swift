internal import Answers
internal import EventInput
internal import IdentityModel
internal import NodeKeys
internal import WireFormat

/// Resolves lines, a batch at a time.
protocol LineResolver {
    /// Lines that are answered together at most.
    var batchLines: Int { get }
    /// Bytes of their ids at most, but for one line more.
    var batchBytes: Int { get }

    /// Takes a line into the batch, at its place there.
    ///
    /// - Returns: what becomes of it, if that is known at once.
    mutating func take(_ line: Span<UInt8>, place: Int) -> ResolveOutcome?

    /// Answers the lines that were taken, in any order, and forgets them. One that `found` is not
    /// called for is not found.
    mutating func settle(
        _ found: (_ place: Int, _ outcome: ResolveOutcome) -> Void
    ) throws(CommandEnd)
}

/// `kindred resolve --file`: an id a line in, an answer a line out in the same order, in constant
/// memory: a batch of lines and their answers at a time.
struct ResolveFile<Resolver: LineResolver> {
    private struct Line {
        let end: Int
        var outcome: ResolveOutcome
    }

    private let isJSON: Bool
    private var resolver: Resolver
    private var row = ResolvedRow()
    /// The batch's ids, one behind the other, and where each ends.
    private var ids: [UInt8] = []
    private var batch: [Line] = []
    /// Whether every id was found.
    private(set) var foundAll = true

    /// Answers by what the resolver says.
    init(_ resolver: Resolver, isJSON: Bool) {
        self.resolver = resolver
        self.isJSON = isJSON
    }

    /// Reads ids from a file, or from - for standard input, and prints the answers. When reading
    /// fails, what came before is answered first.
    mutating func answer(_ path: String) throws(CommandEnd) {
        var lines = LineReader(try ReplayFiles.open(path), limit: EventLimits.lineBytes)
        do throws(CommandEnd) {
            while try advance(&lines) {
                let isTooLong = lines.isTooLong
                lines.withLine { ask($0, isTooLong: isTooLong) }
                if batch.count == resolver.batchLines || ids.count >= resolver.batchBytes {
                    try settle()
                }
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
        let outcome =
            isTooLong
            ? .refused(RejectReason.lineTooLong.rawValue) : resolver.take(line, place: batch.count)
        batch.append(Line(end: ids.count, outcome: outcome ?? .notFound))
    }

    /// Answers the batch.
    private mutating func settle() throws(CommandEnd) {
        try resolver.settle { batch[$0].outcome = $1 }
        printAnswers()
        ids.removeAll(keepingCapacity: true)
        batch.removeAll(keepingCapacity: true)
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

/// Resolves lines straight out of a store's checkpoint.
struct StoreLines: LineResolver {
    let batchLines = 1 << 17
    /// 8 MiB.
    let batchBytes = 8 << 20

    private let hasher: NodeKeyHasher
    private var resolver: CheckpointResolver
    private var parser: IdentifierParser
    private var asked: [CheckpointResolver.Asked] = []

    /// Answers from what the store holds.
    init(_ store: OpenStore) throws(CommandEnd) {
        resolver = try CheckpointResolver(store)
        hasher = store.hasher
        parser = IdentifierParser(namespaces: store.folder.table)
    }

    mutating func take(_ line: Span<UInt8>, place: Int) -> ResolveOutcome? {
        if let customer = ResolveID.customer(line) {
            asked.append(.init(node: customer, place: place))
        } else if let rejected = parser.read(line) {
            return .refused(rejected.reason.rawValue)
        } else {
            let key = parser.withNormalized { hasher.hash($0) }
            asked.append(.init(node: key, place: place))
        }
        return nil
    }

    mutating func settle(
        _ found: (_ place: Int, _ outcome: ResolveOutcome) -> Void
    ) throws(CommandEnd) {
        try resolver.anchors(of: &asked) { found($0, .found($1)) }
        asked.removeAll(keepingCapacity: true)
    }
}
