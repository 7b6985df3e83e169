internal import ArgumentParser
internal import WireFormat

/// How the rows of CSV files lie: what separates cells, and what their columns hold.
struct CSVShape {
    /// What separates cells.
    let delimiter: UInt8
    /// What the columns hold.
    let columns: CSVColumns
    /// Whether each column is a namespace.
    let isWide: Bool
    /// Whether anything of it was asked for, so that files that may be CSV are.
    let isGiven: Bool
}

/// The options that say how the rows of CSV files lie.
struct CSVOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What separates the cells of a CSV: one ASCII character, or tab. (default: ,)",
            valueName: "char"))
    var delimiter: String?
    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            """
            Which columns of a CSV hold what, as a=email:EMAIL_ADDR,b=cookie:CK,ts=EVENT_TIME: a \
            field (op, a, b, ts, source, id, reason, or attributes.NAME for an attribute of \
            observes) and the column's name; namespace:column for a column of plain values; \
            -=column for one that is not to be read. With --wide, a namespace and the column's \
            name. Fields that are not named stay in the columns of \
            their own names. A name with a comma: quote the part, as CSV does.
            """,
            valueName: "field=column,…"))
    var columns: [String] = []
    @Flag(
        help: """
            Each column of a CSV is a namespace, but for ts, source, id and attributes.NAME, and \
            the cells of a row are one customer's: the first identifier is linked with each other \
            one and has the attributes; a row with one is an observe.
            """)
    var wide = false

    /// What the options say.
    ///
    /// - Throws: `CommandEnd` with the status of a wrong command line.
    func shape() throws(CommandEnd) -> CSVShape {
        let outcome = CSVColumns.parse(columns.map { Array($0.utf8) }, isWide: wide)
        switch outcome {
        case .malformed(let message):
            throw CommandEnd(ExitStatus.usage, "--columns: " + Escaping.terminal(message.utf8))
        case .columns(let mapping):
            return CSVShape(
                delimiter: try separator(), columns: mapping, isWide: wide,
                isGiven: delimiter != nil || !columns.isEmpty || wide)
        }
    }

    private func separator() throws(CommandEnd) -> UInt8 {
        guard let delimiter else { return UInt8(ascii: ",") }
        if delimiter == "tab" || delimiter == "\\t" { return UInt8(ascii: "\t") }
        guard let byte = delimiter.utf8.first, delimiter.utf8.count == 1,
            CSVHeader.isDelimiter(byte)
        else {
            throw CommandEnd(
                ExitStatus.usage,
                "--delimiter takes one ASCII character that is neither a quote nor a line's end, "
                    + "or the word tab")
        }
        return byte
    }

    /// The words that say the same on another command line.
    var words: [String] {
        var words: [String] = []
        if let delimiter { words += ["--delimiter", delimiter] }
        for part in columns { words += ["--columns", part] }
        if wide { words.append("--wide") }
        return words
    }
}

extension WideRowDecoder: LineDecoder {
    mutating func decode(line: Span<UInt8>, lineNumber: Int) -> DecodeOutcome {
        decode(row: line, lineNumber: lineNumber)
    }

    static var hasSeveralEvents: Bool { true }

    mutating func decodeMore(line: Span<UInt8>) -> DecodeOutcome? { decodeMore(row: line) }
}
