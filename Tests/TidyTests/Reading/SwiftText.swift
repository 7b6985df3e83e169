/// A piece of Swift source text that is neither blank nor comment.
struct SwiftToken: Sendable {
    /// What a token is.
    enum Kind: Sendable {
        /// An identifier or keyword; an attribute with its `@`, a directive with its `#`.
        case word
        /// A number.
        case number
        /// A string literal's beginning; its text is `"`. The code of its interpolations follows.
        case string
        /// One character of punctuation or of an operator.
        case symbol
    }

    /// What it is.
    let kind: Kind
    /// As written.
    let text: String
    /// The line it starts on, from 1.
    let line: Int

    /// Whether it is the word `word`.
    func isWord(_ word: String) -> Bool { kind == .word && text == word }
    /// Whether it is the symbol `symbol`.
    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
}

/// A Swift file in the form that the rules read: tokens, and which lines hold which comments.
struct SwiftText: Sendable {
    /// The file, from the repository's root.
    let path: String
    /// The raw lines.
    let lines: [Substring]
    /// All code, in order.
    let tokens: [SwiftToken]
    /// What comments say, by line (from 1); a block comment counts on each of its lines.
    let comments: [Int: String]
    /// The lines that hold a doc comment (`///` or `/** */`) with words in it.
    let documentationLines: Set<Int>
    /// The lines that hold code.
    let codeLines: Set<Int>

    /// Splits `text`.
    init(path: String, text: String) {
        var lexer = SwiftLexer(text)
        lexer.run()
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        tokens = lexer.tokens
        comments = lexer.comments
        documentationLines = lexer.documentationLines
        codeLines = Set(lexer.tokens.map(\.line))
    }

    /// The target that the file belongs to: the folder's name in Sources or Tests.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    /// Whether the file is under Sources.
    var isSource: Bool { path.hasPrefix("Sources/") }

    /// The token at `index`, or nil outside.
    func token(_ index: Int) -> SwiftToken? {
        tokens.indices.contains(index) ? tokens[index] : nil
    }

    /// The index of the bracket that closes the one at `open`, or of the last token.
    func closing(_ open: Int) -> Int {
        var depth = 0
        for index in open..<tokens.count where tokens[index].kind == .symbol {
            switch tokens[index].text {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            default: continue
            }
            if depth == 0 { return index }
        }
        return tokens.count - 1
    }

    /// A finding at `line` of this file.
    func finding(_ line: Int, _ message: String) -> Finding {
        Finding(path: path, line: line, message: message)
    }
}
