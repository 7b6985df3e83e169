import IdentityModel

/// Decodes one CSV row an event, allocating nothing for an ordinary one.
///
/// An empty cell, quoted or not, is an absent field: a link with an empty `b` is `missing_end`.
/// Cells are taken as they are, spaces included. A time is RFC 3339, or only digits with an
/// optional minus, which count the run's unit; without a zone it needs an assumed one. Where
/// several reasons apply, the order is that of `JSONEventDecoder`, with `malformed_json` for a row
/// that does not parse or has another number of cells than the header.
package struct CSVEventDecoder: Sendable {
    /// The header that the rows follow.
    package let header: CSVHeader
    /// What the ranges of the last decoded event point into.
    package private(set) var scratch = EventScratch()
    private let assumedZoneMinutes: Int?
    private let rules: EventRules
    /// The last row's cells, one for each case of `CSVField`.
    private var cells: [CSVCell]

    /// A decoder for the rows under `header`.
    package init(header: CSVHeader, options: EventDecoderOptions) {
        self.header = header
        assumedZoneMinutes = options.assumedZoneMinutes
        rules = EventRules(options)
        cells = Array(repeating: .empty, count: CSVField.allCases.count)
    }

    /// Decodes one row, with the line ends inside its quotes and with or without its own;
    /// `lineNumber` counts from 1.
    package mutating func decode(row: Span<UInt8>, lineNumber: Int) -> DecodeOutcome {
        if let rejected = EventRules.checkLine(row) { return .rejected(rejected) }
        if let rejected = split(row) { return .rejected(rejected) }
        scratch.reset()
        var event = DecodedEvent()
        if let rejected = judge(row, lineNumber, &event) { return .rejected(rejected) }
        return .event(event)
    }

    private mutating func split(_ row: Span<UInt8>) -> Rejected? {
        var scanner = CSVRowScanner(row, delimiter: header.delimiter)
        var column = 0
        while true {
            switch scanner.next(row) {
            case .rejected(let rejected): return rejected
            case .cell(let cell, let isLast):
                if column < header.columnCount, let field = header.fields[column] {
                    cells[Int(field.rawValue)] = cell
                }
                column += 1
                if isLast { return column == header.columnCount ? nil : wrongCount(column) }
            }
        }
    }

    private func wrongCount(_ count: Int) -> Rejected {
        Rejected(
            .malformedJSON,
            "the row has \(count) cells where the header has \(header.columnCount): quote a cell "
                + "that holds the delimiter")
    }

    private mutating func judge(
        _ row: Span<UInt8>, _ lineNumber: Int, _ event: inout DecodedEvent
    ) -> Rejected? {
        if let rejected = readOperation(row, &event) { return rejected }
        if let rejected = readEnd(
            row, .a, .aNamespace, .aValue, "a", into: &event.a)
        {
            return rejected
        }
        if event.operation != .observe {
            if let rejected = readEnd(
                row, .b, .bNamespace, .bValue, "b", into: &event.b)
            {
                return rejected
            }
            if let rejected = EventRules.checkEnds(scratch, event) { return rejected }
        } else if !isEmpty(.b) || !isEmpty(.bNamespace) || !isEmpty(.bValue) {
            event.ignored += 1
        }
        if let rejected = readTime(row, lineNumber, &event) { return rejected }
        if let rejected = readText(
            row, .source, "source", limit: EventLimits.sourceBytes, into: &event.sourcePlace)
        {
            return rejected
        }
        if let rejected = readText(
            row, .eventID, "id", limit: EventLimits.eventIDBytes, into: &event.eventIDPlace)
        {
            return rejected
        }
        return readText(
            row, .reason, "reason", limit: EventLimits.reasonBytes, into: &event.reasonPlace)
    }

    @inline(__always)
    private func cell(_ field: CSVField) -> CSVCell { cells[Int(field.rawValue)] }

    @inline(__always)
    private func isEmpty(_ field: CSVField) -> Bool { cell(field).range.isEmpty }

    @inline(__always)
    private mutating func readOperation(
        _ row: Span<UInt8>, _ event: inout DecodedEvent
    ) -> Rejected? {
        if isEmpty(.operation) { return nil }
        // A pair of quotes is in no known word, so the bytes can be read as they are.
        return EventRules.read(row, cell(.operation).range, into: &event.operation)
    }

    @inline(__always)
    private mutating func readEnd(
        _ row: Span<UInt8>, _ whole: CSVField, _ namespace: CSVField, _ value: CSVField,
        _ name: StaticString, into identifier: inout DecodedIdentifier
    ) -> Rejected? {
        if !isEmpty(whole) {
            let range = scratch.append(row, cell(whole))
            return rules.finishIdentifier(&scratch, from: range.lowerBound, name, into: &identifier)
        }
        if isEmpty(namespace), isEmpty(value) {
            return Rejected(.missingEnd, "\(name) is empty: write it as ns:value")
        }
        let range = scratch.append(row, cell(namespace))
        scratch.append(UInt8(ascii: ":"))
        _ = scratch.append(row, cell(value))
        return rules.finishIdentifier(
            &scratch, from: range.lowerBound, namespaceLength: range.count, name, into: &identifier)
    }

    @inline(__always)
    private mutating func readTime(
        _ row: Span<UInt8>, _ lineNumber: Int, _ event: inout DecodedEvent
    ) -> Rejected? {
        let cell = cell(.time)
        if cell.range.isEmpty {
            return rules.acceptDefault(lineNumber: lineNumber, into: &event.time)
        }
        // A pair of quotes is in no time, so the bytes can be read as they are.
        var outcome = TimestampParser.parseInteger(row, cell.range, unit: rules.timeUnit)
        if outcome == .malformed {
            outcome = TimestampParser.parse(
                row, cell.range, assumedZoneMinutes: assumedZoneMinutes)
        }
        return rules.accept(outcome, into: &event.time)
    }

    @inline(__always)
    private mutating func readText(
        _ row: Span<UInt8>, _ field: CSVField, _ name: StaticString, limit: Int,
        into place: inout PackedRange
    ) -> Rejected? {
        let cell = cell(field)
        if cell.range.isEmpty { return nil }
        let start = scratch.append(row, cell).lowerBound
        return EventRules.finishText(scratch, from: start, name, limit: limit, into: &place)
    }
}

extension EventScratch {
    /// Appends what a cell stands for.
    @inline(__always)
    mutating func append(_ row: Span<UInt8>, _ cell: CSVCell) -> Range<Int> {
        let start = count
        if cell.hasPairs { appendUnquoted(row, cell.range) } else { append(row, cell.range) }
        return start..<count
    }
}
