/// Splits Swift source into tokens and comments, so that no rule mistakes a string's or a
/// comment's text for code.
///
/// It knows nested block comments, plain, multi-line and raw strings, interpolations (their code
/// is code) and `#/…/#` patterns. It does not know bare `/…/` patterns: the house uses none.
struct SwiftLexer {
    /// The code, in order.
    private(set) var tokens: [SwiftToken] = []
    /// What comments say, by line from 1.
    private(set) var comments: [Int: String] = [:]
    /// The lines whose comment is documentation and says something.
    private(set) var documentationLines: Set<Int> = []

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    /// A lexer at the beginning of `text`.
    init(_ text: String) { bytes = Array(text.utf8) }

    /// Reads to the end.
    mutating func run() {
        while position < bytes.count { readCode(isInterpolation: false) }
    }

    // MARK: Code

    /// Reads code to the end, or to the parenthesis that closes an interpolation.
    private mutating func readCode(isInterpolation: Bool) {
        var depth = isInterpolation ? 1 : 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\n") {
                line += 1
                position += 1
            } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 13 {
                position += 1
            } else if starts("//") {
                readLineComment()
            } else if starts("/*") {
                readBlockComment()
            } else if let hashes = stringHashes() {
                readString(hashes: hashes)
            } else if starts("#/") {
                readExtendedPattern()
            } else if Self.startsWord(byte) {
                readWord()
            } else if byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
                readNumber()
            } else {
                append(.symbol, from: position, to: position + 1)
                position += 1
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                if isInterpolation && depth == 0 { return }
            }
        }
    }

    private mutating func readWord() {
        let start = position
        position += 1
        while position < bytes.count,
            Self.startsWord(bytes[position]) && bytes[position] != UInt8(ascii: "@")
                && bytes[position] != UInt8(ascii: "#") || Self.isDigit(bytes[position])
        {
            position += 1
        }
        append(.word, from: start, to: position)
    }

    private mutating func readNumber() {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            let isPoint =
                byte == UInt8(ascii: ".") && position + 1 < bytes.count
                && Self.isDigit(bytes[position + 1])
            let isLetter = Self.startsWord(byte) && byte < 0x80 && byte != UInt8(ascii: "@")
            guard Self.isDigit(byte) || isPoint || isLetter else { break }
            position += 1
        }
        append(.number, from: start, to: position)
    }

    // MARK: Strings

    /// The number of `#` before a string that starts here, or nil where none starts.
    private func stringHashes() -> Int? {
        var index = position
        while index < bytes.count && bytes[index] == UInt8(ascii: "#") { index += 1 }
        guard index < bytes.count && bytes[index] == UInt8(ascii: "\"") else { return nil }
        return index - position
    }

    private mutating func readString(hashes: Int) {
        tokens.append(SwiftToken(kind: .string, text: "\"", line: line))
        position += hashes
        let isMultiline = starts("\"\"\"")
        position += isMultiline ? 3 : 1
        let end = (isMultiline ? "\"\"\"" : "\"") + String(repeating: "#", count: hashes)
        let escape = "\\" + String(repeating: "#", count: hashes)
        while position < bytes.count {
            if starts(end) {
                position += end.utf8.count
                return
            }
            if starts(escape) {
                position += escape.utf8.count
                guard position < bytes.count else { return }
                if bytes[position] == UInt8(ascii: "(") {
                    append(.symbol, from: position, to: position + 1)
                    position += 1
                    readCode(isInterpolation: true)
                    continue
                }
            }
            if bytes[position] == UInt8(ascii: "\n") {
                line += 1
                if !isMultiline { return }
            }
            position += 1
        }
    }

    private mutating func readExtendedPattern() {
        tokens.append(SwiftToken(kind: .string, text: "\"", line: line))
        position += 2
        while position < bytes.count && !starts("/#") {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
        position = min(position + 2, bytes.count)
    }

    // MARK: Comments

    private mutating func readLineComment() {
        let start = position
        while position < bytes.count && bytes[position] != UInt8(ascii: "\n") { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        record(text, isDocumentation: text.hasPrefix("///") && !text.hasPrefix("////"))
    }

    private mutating func readBlockComment() {
        let isDocumentation = starts("/**") && !starts("/**/")
        var depth = 0
        var start = position
        repeat {
            if starts("/*") {
                depth += 1
                position += 2
            } else if starts("*/") {
                depth -= 1
                position += 2
            } else {
                if bytes[position] == UInt8(ascii: "\n") {
                    recordBlock(from: start, isDocumentation)
                    line += 1
                    start = position + 1
                }
                position += 1
            }
        } while depth > 0 && position < bytes.count
        recordBlock(from: start, isDocumentation)
    }

    private mutating func recordBlock(from start: Int, _ isDocumentation: Bool) {
        record(
            String(decoding: bytes[start..<max(start, position)], as: UTF8.self),
            isDocumentation: isDocumentation)
    }

    private mutating func record(_ text: String, isDocumentation: Bool) {
        comments[line, default: ""] += text
        let saysSomething = text.utf8.contains { Self.startsWord($0) || Self.isDigit($0) }
        // A block comment's last line may be `*/` alone: the block has said its words before.
        if isDocumentation && (saysSomething || documentationLines.contains(line - 1)) {
            documentationLines.insert(line)
        }
    }

    // MARK: Bytes

    private func starts(_ text: String) -> Bool {
        var index = position
        for byte in text.utf8 {
            guard index < bytes.count && bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private mutating func append(_ kind: SwiftToken.Kind, from start: Int, to end: Int) {
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        tokens.append(SwiftToken(kind: kind, text: text, line: line))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func startsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"), UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "@"),
            UInt8(ascii: "#"), 0x80...:
            true
        default: false
        }
    }
}
