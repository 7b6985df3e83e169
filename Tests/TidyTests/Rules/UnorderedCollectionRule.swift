/// Pure targets may look things up in a `Set` or a `Dictionary`, but never walk one: its order
/// differs from run to run. So each declaration of one says `// lookup only`, and no `for` of the
/// same file goes over its name.
enum UnorderedCollectionRule {
    /// What the declaring line says beside it.
    static let promise = "lookup only"

    /// Declarations without the promise, and loops over declared names.
    static func findings(in text: SwiftText) -> [Finding] {
        guard text.isSource, ImportRule.pureTargets.contains(text.target) else { return [] }
        var found: [Finding] = []
        var names: Set<String> = []
        for index in text.tokens.indices {
            let token = text.tokens[index]
            guard token.isWord("let") || token.isWord("var"),
                let name = text.token(index + 1), name.kind == .word
            else { continue }
            let end = declarationEnd(after: index, in: text)
            guard mentionsUnordered(index + 1, end, in: text) else { continue }
            names.insert(name.text)
            let lines = token.line...text.tokens[end].line
            if !lines.contains(where: { text.comments[$0]?.contains(promise) == true }) {
                let message =
                    "\(name.text) has no order that is the same in every run: use an array, or "
                    + "write `// \(promise)` beside it and never walk it"
                found.append(text.finding(token.line, message))
            }
        }
        return found + loops(over: names, in: text)
    }

    /// The last token of the declaration that starts at `index`: its line's end, or where a brace
    /// opens; brackets may run over lines.
    private static func declarationEnd(after index: Int, in text: SwiftText) -> Int {
        var last = index + 1
        while let next = text.token(last + 1) {
            let isOpen = ["(", "["].contains(next.text) && next.kind == .symbol
            if next.isSymbol("{") || next.isSymbol("}") || next.isSymbol(")") { break }
            let continues = ["=", ":", ","].contains(text.tokens[last].text)
            if next.line != text.tokens[last].line && !continues { break }
            last = isOpen ? text.closing(last + 1) : last + 1
        }
        return last
    }

    private static func mentionsUnordered(_ first: Int, _ last: Int, in text: SwiftText) -> Bool {
        guard first <= last else { return false }
        return (first...last).contains { index in
            let token = text.tokens[index]
            if token.isWord("Set") || token.isWord("Dictionary") {
                // A bare `Set(x).count` is no collection that stays.
                return text.token(index + 1)?.isSymbol("<") == true
                    || text.token(index - 1)?.isSymbol("=") == true
                        && text.token(text.closing(index + 1) + 1)?.isSymbol(".") != true
            }
            return token.isSymbol("[") && isDictionary(index, in: text)
        }
    }

    /// Whether the bracket at `open` holds `Key: Value` (or `:` alone).
    private static func isDictionary(_ open: Int, in text: SwiftText) -> Bool {
        let close = text.closing(open)
        var depth = 0
        for index in open...close {
            let token = text.tokens[index]
            guard token.kind == .symbol else { continue }
            if ["(", "[", "{"].contains(token.text) { depth += 1 }
            if [")", "]", "}"].contains(token.text) { depth -= 1 }
            // In `[a ? b : c]` the colon belongs to the question.
            if depth == 1 && token.text == "?" && text.token(index + 1)?.isSymbol("]") != true
                && text.token(index + 1)?.isSymbol(":") != true
            {
                return false
            }
            if depth == 1 && token.text == ":" { return true }
        }
        return false
    }

    private static func loops(over names: Set<String>, in text: SwiftText) -> [Finding] {
        text.tokens.indices.compactMap { index in
            guard text.tokens[index].isWord("in"), isLoop(index, in: text) else { return nil }
            var next = index + 1
            if text.token(next)?.isWord("self") == true { next += 2 }
            guard let subject = text.token(next), subject.kind == .word else { return nil }
            guard names.contains(subject.text) || ["Set", "Dictionary"].contains(subject.text)
            else { return nil }
            let after = text.token(next + 1)
            // `names[key]` and `names.count` are look-ups; `.keys`, `.values`, `.sorted` are walks.
            if after?.isSymbol("[") == true { return nil }
            if after?.isSymbol(".") == true, text.token(next + 2)?.isWord("count") == true {
                return nil
            }
            return text.finding(
                subject.line,
                "a walk over \(subject.text), whose order differs from run to run: keep an array")
        }
    }

    /// Whether the `in` at `index` belongs to a `for` of the same statement.
    private static func isLoop(_ index: Int, in text: SwiftText) -> Bool {
        var previous = index - 1
        while let token = text.token(previous), !token.isSymbol("{"), !token.isSymbol("}") {
            if token.isWord("for") { return true }
            previous -= 1
        }
        return false
    }
}
