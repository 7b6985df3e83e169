import IdentityModel

/// Decodes one CSV row an event, allocating nothing for an ordinary one.
///
/// An empty cell, quoted or not, is an absent field: a link with an empty `b` is `missing_end`.
/// Cells are taken as they are, spaces included. A time is RFC 3339, or only digits with an
/// optional minus, which count the run's unit; without a zone it needs an assumed one. Attributes
/// are strings; those of other operations than observe are ignored, and count as one key. Where
/// several reasons apply, the order is that of `JSONEventDecoder`, with `malformed_json` for a row
/// that does not parse or has another number of cells than the header.
package struct CSVEventDecoder: Sendable {
    /// The header that the rows follow.
    package let header: CSVHeader
    /// What the ranges of the last decoded event point into.
    package private(set) var scratch = EventScratch()
    private let assumedZoneMinutes: Int?
    private let rules: EventRules
    private var attributes = EventAttributes()
    /// The last row's cells, one for each case of `CSVField`, then one for each attribute.
    private var cells: [CSVCell]

    /// A decoder for the rows under `header`.
    package init(header: CSVHeader, options: EventDecoderOptions) {
        self.header = header
        assumedZoneMinutes = options.assumedZoneMinutes
        rules = EventRules(options)
        cells = Array(
            repeating: .empty, count: CSVField.allCases.count + header.attributes.count)
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
                if column < header.columnCount, let place = header.places[column] {
                    cells[place] = cell
                }
                column += 1
                if isLast {
                    return EventRules.checkCells(column, of: header.columnCount)
                }
            }
        }
    }

    private mutating func judge(
        _ row: Span<UInt8>, _ lineNumber: Int, _ event: inout DecodedEvent
    ) -> Rejected? {
        if let rejected = readOperation(row, &event) { return rejected }
        if let rejected = readEnd(
            row, .a, .aNamespace, .aValue, "a", in: header.namespaceOfA, into: &event.a)
        {
            return rejected
        }
        if event.operation != .observe {
            if let rejected = readEnd(
                row, .b, .bNamespace, .bValue, "b", in: header.namespaceOfB, into: &event.b)
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
        if let rejected = readText(
            row, .reason, "reason", limit: EventLimits.reasonBytes, into: &event.reasonPlace)
        {
            return rejected
        }
        return header.attributes.isEmpty ? nil : readAttributes(row, &event)
    }

    private mutating func readAttributes(
        _ row: Span<UInt8>, _ event: inout DecodedEvent
    ) -> Rejected? {
        if event.operation == .observe {
            return attributes.read(row, header.attributes, cells, scratch: &scratch, into: &event)
        }
        if EventAttributes.isThere(header.attributes, cells) { event.ignored += 1 }
        return nil
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
        _ name: StaticString, in namespaceOfAll: [UInt8],
        into identifier: inout DecodedIdentifier
    ) -> Rejected? {
        if !isEmpty(whole) {
            let range = scratch.append(row, cell(whole))
            return rules.finishIdentifier(&scratch, from: range.lowerBound, name, into: &identifier)
        }
        if isEmpty(namespace), isEmpty(value) {
            return Rejected(.missingEnd, "\(name) is empty: write it as ns:value")
        }
        let start = scratch.count
        if namespaceOfAll.isEmpty {
            _ = scratch.append(row, cell(namespace))
        } else {
            scratch.append(namespaceOfAll.span, 0..<namespaceOfAll.count)
        }
        let length = scratch.count - start
        scratch.append(UInt8(ascii: ":"))
        _ = scratch.append(row, cell(value))
        return rules.finishIdentifier(
            &scratch, from: start, namespaceLength: length, name, into: &identifier)
    }

    @inline(__always)
    private mutating func readTime(
        _ row: Span<UInt8>, _ lineNumber: Int, _ event: inout DecodedEvent
    ) -> Rejected? {
        rules.readTime(
            row, cell(.time), lineNumber: lineNumber, assumedZoneMinutes: assumedZoneMinutes,
            into: &event.time)
    }

    @inline(__always)
    private mutating func readText(
        _ row: Span<UInt8>, _ field: CSVField, _ name: StaticString, limit: Int,
        into place: inout PackedRange
    ) -> Rejected? {
        EventRules.readText(
            &scratch, row, cell(field), name, limit: limit, into: &place)
    }
}

// What rows of events and wide rows share.
extension EventRules {
    /// Refuses a row with another number of cells than its header.
    static func checkCells(_ count: Int, of columnCount: Int) -> Rejected? {
        guard count != columnCount else { return nil }
        return Rejected(
            .malformedJSON,
            "the row has \(count) cells where the header has \(columnCount): quote a cell "
                + "that holds the delimiter")
    }

    /// Reads a cell's time; an empty one takes the default.
    @inline(__always)
    func readTime(
        _ row: Span<UInt8>, _ cell: CSVCell, lineNumber: Int, assumedZoneMinutes: Int?,
        into time: inout EventTime
    ) -> Rejected? {
        if cell.range.isEmpty { return acceptDefault(lineNumber: lineNumber, into: &time) }
        // A pair of quotes is in no time, so the bytes can be read as they are.
        var outcome = TimestampParser.parseInteger(row, cell.range, unit: timeUnit)
        if outcome == .malformed {
            outcome = TimestampParser.parse(
                row, cell.range, assumedZoneMinutes: assumedZoneMinutes)
        }
        return accept(outcome, into: &time)
    }

    /// Reads a cell's text; an empty one leaves `place` as it is.
    @inline(__always)
    static func readText(
        _ scratch: inout EventScratch, _ row: Span<UInt8>, _ cell: CSVCell, _ name: StaticString,
        limit: Int, into place: inout PackedRange
    ) -> Rejected? {
        if cell.range.isEmpty { return nil }
        let start = scratch.append(row, cell).lowerBound
        return finishText(scratch, from: start, name, limit: limit, into: &place)
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
