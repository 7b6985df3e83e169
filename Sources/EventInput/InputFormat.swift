/// What the lines of a file are, as far as its first byte tells.
package enum InputFormat: String, Sendable {
    /// A JSON object a line.
    case jsonLines
    /// Rows of a table with a header.
    case csv

    /// Tells by the text's first bytes: JSON Lines where the first that is not blank is `{`.
    init(start: some Sequence<UInt8>) {
        let first = start.first { !InputFormat.isBlank($0) }
        self = first == UInt8(ascii: "{") ? .jsonLines : .csv
    }

    /// Whether `byte` is a space, a tab or an end of line.
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (byte >= 9 && byte <= 13)
    }
}
