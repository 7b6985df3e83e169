/// What the compiler takes on trust must say why it holds: `unsafe`, `nonisolated(unsafe)` and
/// `@unchecked Sendable` carry a comment beside them or in the line above.
///
/// One comment may stand above a run of neighbouring lines that each need it. A comment
/// `// unsafe: …` serves the whole function that it stands in; where it stands by a stored
/// property it serves the file's `init`s and `deinit`s, which make and free what it describes.
enum JustificationRule {
    /// The unjustified places in `text`.
    static func findings(in text: SwiftText) -> [Finding] {
        let words: Set<String> = ["unsafe", "@unchecked", "@unsafe", "@safe"]
        let needy = text.tokens.filter { $0.kind == .word && words.contains($0.text) }
        let lines = Set(needy.map(\.line))
        let functions = lines.isEmpty ? [] : FunctionSpan.all(in: text)
        var reported: Set<Int> = []
        return needy.compactMap { token in
            guard !isJustified(token.line, among: lines, in: text),
                token.text != "unsafe" || !isServed(token.line, by: functions, in: text),
                reported.insert(token.line).inserted
            else { return nil }
            return text.finding(
                token.line, "\(token.text): say in a comment beside it why it holds")
        }
    }

    /// `@testable` imports, which would need a second build; and `.unsafeFlags`.
    static func bannedEverywhere(in text: SwiftText) -> [Finding] {
        text.tokens.compactMap { token in
            guard token.kind == .word else { return nil }
            switch token.text {
            case "@testable":
                return text.finding(token.line, "@testable: test through `package` access")
            case "unsafeFlags":
                return text.finding(token.line, "unsafeFlags: find a setting that SwiftPM knows")
            default: return nil
            }
        }
    }

    private static func isJustified(
        _ line: Int, among lines: Set<Int>, in text: SwiftText
    ) -> Bool {
        var first = line
        while true {
            if text.comments[first] != nil || text.comments[first - 1] != nil { return true }
            guard lines.contains(first - 1) else { return false }
            first -= 1
        }
    }

    /// Whether an `// unsafe: …` serves the function that `line` stands in.
    private static func isServed(
        _ line: Int, by functions: [FunctionSpan], in text: SwiftText
    ) -> Bool {
        functions.contains { function in
            guard (function.firstLine...function.lastLine).contains(line) else { return false }
            let isLifetime = function.name == "init" || function.name == "deinit"
            let first = isLifetime ? 1 : function.firstLine
            return (first...function.lastLine).contains {
                text.comments[$0]?.contains("unsafe:") == true
            }
        }
    }
}
