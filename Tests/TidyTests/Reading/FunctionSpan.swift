/// The lines of a function, an initialiser, a subscript or a computed property.
struct FunctionSpan {
    /// Its name; `init`, `deinit` and `subscript` for those.
    let name: String
    /// The line of its keyword, from 1.
    let firstLine: Int
    /// The line of its closing brace.
    let lastLine: Int

    /// The number of its lines.
    var lineCount: Int { lastLine - firstLine + 1 }

    /// Every function with a body in `text`, also those inside others.
    static func all(in text: SwiftText) -> [FunctionSpan] {
        text.tokens.indices.compactMap { index in
            guard let name = declaredName(at: index, in: text),
                let open = bodyStart(after: index, in: text)
            else { return nil }
            return FunctionSpan(
                name: name, firstLine: text.tokens[index].line,
                lastLine: text.tokens[text.closing(open)].line)
        }
    }

    /// The name that the keyword at `index` declares, or nil where it declares none.
    private static func declaredName(at index: Int, in text: SwiftText) -> String? {
        let token = text.tokens[index]
        guard token.kind == .word, text.token(index - 1)?.isSymbol(".") != true,
            let next = text.token(index + 1)
        else { return nil }
        switch token.text {
        case "func", "var": return next.text
        case "deinit": return next.isSymbol("{") ? "deinit" : nil
        case "init": return ["(", "<", "?", "!"].contains(next.text) ? "init" : nil
        case "subscript": return ["(", "<"].contains(next.text) ? "subscript" : nil
        default: return nil
        }
    }

    /// Words that begin something else, so that what came before has no body.
    private static let beginnings: Set<String> = [
        "func", "var", "let", "init", "deinit", "subscript", "case", "static", "package", "public",
        "private", "fileprivate", "internal", "struct", "class", "enum", "protocol", "extension",
        "typealias", "associatedtype", "mutating", "override", "#if", "#else", "#elseif", "#endif",
        "return", "guard", "for", "while", "if", "in", "else",
    ]

    /// The index of the brace that opens the body, or nil for a requirement or stored property.
    private static func bodyStart(after index: Int, in text: SwiftText) -> Int? {
        let isVariable = text.tokens[index].text == "var"
        var depth = 0
        for next in (index + 1)..<text.tokens.count {
            let token = text.tokens[next]
            if token.kind == .symbol {
                switch token.text {
                case "(", "[": depth += 1
                case ")", "]": depth -= 1
                case "{" where depth == 0: return next
                case "}" where depth == 0: return nil
                case "=" where depth == 0 && isVariable: return nil
                default: break
                }
                if depth < 0 { return nil }
            }
            guard depth == 0, next > index + 1 else { continue }
            if token.kind == .word, beginnings.contains(token.text) { return nil }
            if isVariable, token.line != text.tokens[next - 1].line { return nil }
        }
        return nil
    }
}
