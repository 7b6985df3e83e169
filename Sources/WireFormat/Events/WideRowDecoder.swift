import IdentityModel

/// Decodes wide CSV rows: one row, several events, allocating nothing for an ordinary one.
///
/// ```
/// loyalty,email,phone,cookie        link loyalty:L-1 email:a@b
/// L-1,a@b,,c-9               ──>    link loyalty:L-1 cookie:c-9
/// ```
/// The first cell that holds an identifier is linked with each later one: a star. A later cell with
/// the same identifier says nothing new. A row with one identifier is an observe. Where a row has
/// attributes, an observe of its first identifier comes last and carries them. A refused cell is an
/// outcome of its own and takes no other cell with it, and refused attributes take the observe; a
/// fault of the row as a whole (its cells, `ts`, `source`, `id`) refuses the row, once. Where
/// several of those apply, the order is that.
package struct WideRowDecoder: Sendable {
    /// The header that the rows follow.
    package let header: WideHeader
    /// What the ranges of the last decoded event point into.
    package private(set) var scratch = EventScratch()
    private let assumedZoneMinutes: Int?
    private let rules: EventRules
    private var attributes = EventAttributes()
    /// The row's cells, one for each column.
    private var cells: [CSVCell]
    /// What all of the row's events share.
    private var shared = DecodedEvent()
    /// The column to be looked at next.
    private var column: Int
    /// Where the shared texts, and then the first identifier, end in the scratch.
    private var sharedEnd = 0
    private var hasFirst = false
    /// Whether there is a first identifier and no other was linked with it.
    private var isAlone = false
    private var outcomeCount = 0

    /// A decoder for the rows under `header`.
    package init(header: WideHeader, options: EventDecoderOptions) {
        self.header = header
        assumedZoneMinutes = options.assumedZoneMinutes
        rules = EventRules(options)
        cells = Array(repeating: .empty, count: header.columns.count)
        column = header.columns.count + 1
    }

    /// Begins a row and gives its first outcome; `decodeMore` gives the others. Every row has one.
    package mutating func decode(row: Span<UInt8>, lineNumber: Int) -> DecodeOutcome {
        column = header.columns.count + 1
        if let rejected = begin(row, lineNumber) { return .rejected(rejected) }
        column = 0
        (hasFirst, isAlone) = (false, false)
        outcomeCount = 0
        guard let outcome = decodeMore(row: row) else {
            preconditionFailure("a row that says nothing is refused")
        }
        return outcome
    }

    /// The next outcome of the same row; nil behind the last.
    package mutating func decodeMore(row: Span<UInt8>) -> DecodeOutcome? {
        while column < header.columns.count {
            defer { column += 1 }
            guard case .identifiers(let prefix) = header.columns[column],
                !cells[column].range.isEmpty
            else { continue }
            if let outcome = decodeCell(row, prefix) {
                outcomeCount += 1
                return outcome
            }
        }
        guard column == header.columns.count else { return nil }
        column += 1
        if isAlone || hasFirst && EventAttributes.isThere(header.attributes, cells) {
            return decodeSighting(row)
        }
        return outcomeCount > 0 ? nil : .rejected(nobody)
    }

    // MARK: Parts

    private mutating func begin(_ row: Span<UInt8>, _ lineNumber: Int) -> Rejected? {
        if let rejected = EventRules.checkLine(row) { return rejected }
        if let rejected = split(row) { return rejected }
        scratch.reset()
        shared = DecodedEvent()
        let (time, source, id) = (cell(.time), cell(.source), cell(.eventID))
        if let rejected = rules.readTime(
            row, time, lineNumber: lineNumber, assumedZoneMinutes: assumedZoneMinutes,
            into: &shared.time)
        {
            return rejected
        }
        if let rejected = EventRules.readText(
            &scratch, row, source, "source", limit: EventLimits.sourceBytes,
            into: &shared.sourcePlace)
        {
            return rejected
        }
        defer { sharedEnd = scratch.count }
        return EventRules.readText(
            &scratch, row, id, "id", limit: EventLimits.eventIDBytes, into: &shared.eventIDPlace)
    }

    private mutating func split(_ row: Span<UInt8>) -> Rejected? {
        var scanner = CSVRowScanner(row, delimiter: header.delimiter)
        var count = 0
        while true {
            switch scanner.next(row) {
            case .rejected(let rejected): return rejected
            case .cell(let cell, let isLast):
                if count < cells.count { cells[count] = cell }
                count += 1
                if isLast { return EventRules.checkCells(count, of: cells.count) }
            }
        }
    }

    /// The cell of a field; an empty one where no column holds it.
    private func cell(_ field: CSVField) -> CSVCell {
        guard let place = header.columns.firstIndex(of: .field(field)) else { return .empty }
        return cells[place]
    }

    /// What the cell of the present column says; nil where it is the first identifier, or that one
    /// once more.
    private mutating func decodeCell(_ row: Span<UInt8>, _ prefix: Range<Int>) -> DecodeOutcome? {
        scratch.truncate(to: sharedEnd)
        let header = header
        scratch.append(header.prefixes.span, prefix)
        let cell = cells[column]
        _ = scratch.append(row, cell)
        var found = DecodedIdentifier.absent
        if let rejected = rules.finishIdentifier(
            &scratch, from: sharedEnd, namespaceLength: prefix.count - 1, "the cell", into: &found)
        {
            let namespace = String(
                decoding: header.prefixes[prefix].dropLast(), as: UTF8.self)
            return .rejected(
                Rejected(
                    rejected.reason, "cell \(column + 1) (\(namespace)): \(rejected.message)"))
        }
        guard hasFirst else {
            shared.a = found
            sharedEnd = scratch.count
            (hasFirst, isAlone) = (true, true)
            return nil
        }
        let first = shared.a
        guard !scratch.isEqual(first.text, found.text) else { return nil }
        isAlone = false
        var event = shared
        event.b = found
        return .event(event)
    }

    /// The observe of a row's first identifier, with the row's attributes.
    private mutating func decodeSighting(_ row: Span<UInt8>) -> DecodeOutcome {
        scratch.truncate(to: sharedEnd)
        var event = shared
        event.operation = .observe
        if let rejected = attributes.read(
            row, header.attributes, cells, scratch: &scratch, into: &event)
        {
            return .rejected(rejected)
        }
        return .event(event)
    }

    private var nobody: Rejected {
        Rejected(.missingEnd, "the row names nobody: all of its identifiers are empty")
    }
}
