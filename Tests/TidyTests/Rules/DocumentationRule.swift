/// Every `public` and `package` declaration says what it means.
///
/// Also asked of cases of such enums and requirements of such protocols, which take their access
/// from the type. Not asked of operators and of the few witnesses whose protocol says it all.
enum DocumentationRule {
    /// Names whose meaning their protocol gives: Hashable, CustomStringConvertible, and the
    /// command line's ParsableCommand.
    static let witnesses: Set<String> = [
        "hash", "description", "debugDescription", "run", "validate", "configuration",
    ]

    private static let keywords: Set<String> = [
        "func", "var", "let", "struct", "enum", "class", "protocol", "actor", "init", "typealias",
        "subscript", "case", "associatedtype", "macro", "extension", "import",
    ]
    private static let modifiers: Set<String> = [
        "public", "package", "internal", "private", "fileprivate", "open", "static", "final",
        "mutating", "nonmutating", "override", "convenience", "required", "lazy", "weak",
        "unowned", "indirect", "nonisolated", "isolated", "borrowing", "consuming", "prefix",
        "postfix", "infix", "sending", "unsafe", "set", "class",
    ]

    /// What a brace's inside belongs to.
    private enum Body {
        case visibleEnum
        case visibleProtocol
        case other
    }

    /// The declarations of `text` that lack a doc comment.
    static func findings(in text: SwiftText) -> [Finding] {
        guard text.isSource else { return [] }
        var found: [Finding] = []
        var bodies: [Body] = []
        var next = Body.other
        for index in text.tokens.indices {
            let token = text.tokens[index]
            if token.isSymbol("{") {
                bodies.append(next)
                next = .other
            } else if token.isSymbol("}") {
                _ = bodies.popLast()
            } else if let keyword = declaration(at: index, in: text) {
                let word = text.tokens[keyword].text
                if word == "extension" {
                    found.append(
                        text.finding(
                            token.line, "write the access on each member, not on the extension"))
                }
                if word == "enum" { next = .visibleEnum }
                if word == "protocol" { next = .visibleProtocol }
                found += finding(keyword, startingAt: index, in: text)
            } else if let body = bodies.last, isMember(index, of: body, in: text) {
                found += finding(index, startingAt: index, in: text)
            }
        }
        return found
    }

    /// The keyword that the access modifier at `index` belongs to, or nil where it is none.
    private static func declaration(at index: Int, in text: SwiftText) -> Int? {
        let token = text.tokens[index]
        guard token.isWord("package") || token.isWord("public") || token.isWord("open"),
            text.token(index - 1)?.isSymbol(".") != true
        else { return nil }
        var next = index + 1
        while let candidate = text.token(next) {
            if candidate.isSymbol("(") {
                next = text.closing(next) + 1
            } else if candidate.kind == .word, candidate.text.hasPrefix("@") {
                next += 1
            } else if candidate.kind == .word, keywords.contains(candidate.text) {
                let isModifier =
                    candidate.text == "class"
                    && ["func", "var", "let", "subscript"].contains(text.token(next + 1)?.text)
                guard isModifier else { return next }
                next += 1
            } else if candidate.kind == .word, modifiers.contains(candidate.text) {
                next += 1
            } else {
                return nil
            }
        }
        return nil
    }

    /// Whether the token at `index` begins a case or requirement directly in `body`.
    private static func isMember(_ index: Int, of body: Body, in text: SwiftText) -> Bool {
        let token = text.tokens[index]
        guard token.kind == .word, text.token(index - 1)?.isSymbol(".") != true else {
            return false
        }
        switch body {
        case .other: return false
        case .visibleEnum: return token.text == "case"
        case .visibleProtocol:
            if token.text == "init" {
                return ["(", "<", "?"].contains(text.token(index + 1)?.text)
            }
            return ["func", "var", "subscript", "associatedtype"].contains(token.text)
        }
    }

    private static func finding(
        _ keyword: Int, startingAt start: Int, in text: SwiftText
    ) -> [Finding] {
        let word = text.tokens[keyword].text
        guard word != "import", word != "extension" else { return [] }
        let name = text.token(keyword + 1)
        let isOperator = word == "func" && name?.kind == .symbol
        guard !isOperator, !witnesses.contains(name?.text ?? "") else { return [] }
        guard !isDocumented(start, in: text) else { return [] }
        let title = ["init", "subscript"].contains(word) ? word : "\(word) \(name?.text ?? "")"
        return [
            text.finding(
                text.tokens[start].line,
                "\(title) has no doc comment: say what it means, its units, its errors")
        ]
    }

    /// Whether documentation ends in the line above the declaration's first attribute or modifier;
    /// plain comments and directives may stand between.
    private static func isDocumented(_ start: Int, in text: SwiftText) -> Bool {
        var line = text.tokens[beginning(of: start, in: text)].line - 1
        while line > 0 {
            let isComment = text.comments[line] != nil && !text.codeLines.contains(line)
            if isComment && text.documentationLines.contains(line) { return true }
            let isDirective = text.lines[line - 1].drop { $0 == " " }.hasPrefix("#")
            guard isComment || isDirective else { return false }
            line -= 1
        }
        return false
    }

    /// The index of the first attribute or modifier of the declaration at `start`.
    private static func beginning(of start: Int, in text: SwiftText) -> Int {
        var first = start
        while let previous = text.token(first - 1) {
            if previous.kind == .word,
                previous.text.hasPrefix("@") || modifiers.contains(previous.text)
            {
                first -= 1
            } else if previous.isSymbol(")"), let open = attributeStart(before: first, in: text) {
                first = open
            } else {
                break
            }
        }
        return first
    }

    /// The index of the attribute whose arguments end just before `index`, or nil.
    private static func attributeStart(before index: Int, in text: SwiftText) -> Int? {
        var depth = 0
        var open = index - 1
        while let token = text.token(open) {
            if token.isSymbol(")") { depth += 1 }
            if token.isSymbol("(") { depth -= 1 }
            if depth == 0 { break }
            open -= 1
        }
        guard let word = text.token(open - 1), word.kind == .word else { return nil }
        return word.text.hasPrefix("@") || modifiers.contains(word.text) ? open - 1 : nil
    }
}
