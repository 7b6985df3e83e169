import IdentityModel

/// One cell of a CSV row.
struct CSVCell {
    /// The cell's bytes; of a quoted cell, what stands between its quotes.
    var range = 0..<0
    /// Whether a pair of quotes inside stands for one.
    var hasPairs = false

    /// An empty cell.
    static let empty = CSVCell()
}

/// Splits a row into cells as RFC 4180 has it: quotes around a cell, two quotes for one inside,
/// delimiters and line ends inside quotes only.
struct CSVRowScanner {
    /// The only quote that is known.
    static let quote = UInt8(ascii: "\"")
    private static let carriageReturn: UInt8 = 0x0D
    private static let lineFeed: UInt8 = 0x0A

    /// What separates cells.
    let delimiter: UInt8
    private var position = 0
    private let end: Int

    /// What a step found.
    enum Step {
        /// A cell, and whether another follows.
        case cell(CSVCell, isLast: Bool)
        /// The row breaks the rules.
        case rejected(Rejected)
    }

    /// A scanner at the start of `row`, whose own line end is not looked at.
    init(_ row: Span<UInt8>, delimiter: UInt8) {
        self.delimiter = delimiter
        var end = row.count
        if end > 0, row[end - 1] == CSVRowScanner.lineFeed { end -= 1 }
        if end > 0, row[end - 1] == CSVRowScanner.carriageReturn { end -= 1 }
        self.end = end
    }

    /// Reads the next cell; not to be called behind the last.
    @inline(__always)
    mutating func next(_ row: Span<UInt8>) -> Step {
        if position < end, row[position] == CSVRowScanner.quote { return nextQuoted(row) }
        let start = position
        while position < end {
            let byte = row[position]
            if byte == delimiter {
                position += 1
                return .cell(CSVCell(range: start..<(position - 1)), isLast: false)
            }
            if byte == CSVRowScanner.quote {
                return fault("a quote stands inside a cell that is not quoted")
            }
            if byte == CSVRowScanner.lineFeed || byte == CSVRowScanner.carriageReturn {
                return fault("a line end stands inside a cell that is not quoted")
            }
            position += 1
        }
        return .cell(CSVCell(range: start..<end), isLast: true)
    }

    private mutating func nextQuoted(_ row: Span<UInt8>) -> Step {
        var cell = CSVCell.empty
        let start = position + 1
        position = start
        while true {
            while position < end, row[position] != CSVRowScanner.quote { position += 1 }
            guard position < end else { return fault("a quote is opened and never closed") }
            guard position + 1 < end, row[position + 1] == CSVRowScanner.quote else { break }
            cell.hasPairs = true
            position += 2
        }
        cell.range = start..<position
        position += 1
        if position == end { return .cell(cell, isLast: true) }
        guard row[position] == delimiter else {
            return fault("only a delimiter or the row's end may follow a closing quote")
        }
        position += 1
        return .cell(cell, isLast: false)
    }

    private func fault(_ explanation: StaticString) -> Step {
        .rejected(Rejected(.malformedJSON, "byte \(position + 1) of the row: \(explanation)"))
    }
}
