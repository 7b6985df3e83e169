/// What a deterministic machine may not call: clocks, randomness, tasks, hashing that differs
/// from run to run, and ways to stop that vanish in release or say nothing.
enum BannedCallRule {
    /// A banned name.
    struct Name {
        /// The word as written.
        let word: String
        /// Whether it counts only directly before this symbol.
        var before: String?
        /// Whether it counts after a dot (`value.word`) and after `func` too.
        var isBannedAsMember = true
        /// What to do instead.
        let instead: String
    }

    /// The names that are banned in pure targets.
    static let names: [Name] = [
        Name(word: "Date", instead: "take the time from the record"),
        Name(word: "clock_gettime", instead: "take the time from the record"),
        Name(word: "random", before: "(", instead: "use a seeded generator of our own"),
        Name(word: "randomElement", instead: "use a seeded generator of our own"),
        Name(word: "shuffle", instead: "use a seeded generator of our own"),
        Name(word: "shuffled", instead: "use a seeded generator of our own"),
        Name(word: "SystemRandomNumberGenerator", instead: "use a seeded generator of our own"),
        Name(word: "UUID", instead: "derive the name from the record"),
        Name(word: "Task", instead: "return a value; the runtime runs things"),
        Name(word: "DispatchQueue", instead: "return a value; the runtime runs things"),
        Name(word: "hashValue", instead: "use the node key, or a fixed hash of our own"),
        Name(word: "Hasher", instead: "use the node key, or a fixed hash of our own"),
        Name(
            word: "print", before: "(", isBannedAsMember: false,
            instead: "return a value; the command line prints"),
        Name(
            word: "assert", before: "(", isBannedAsMember: false,
            instead: "use precondition: assert vanishes in release"),
        Name(
            word: "assertionFailure", before: "(", isBannedAsMember: false,
            instead: "use preconditionFailure: assertionFailure vanishes in release"),
    ]

    private static let byWord = Dictionary(uniqueKeysWithValues: names.map { ($0.word, $0) })

    /// The banned calls in `text`, if its target is pure.
    static func findings(in text: SwiftText) -> [Finding] {
        guard text.isSource, ImportRule.pureTargets.contains(text.target) else { return [] }
        return text.tokens.indices.compactMap { finding(at: $0, in: text) }
    }

    /// `any` in the targets whose step must not go through an existential.
    static func existentialFindings(in text: SwiftText) -> [Finding] {
        guard text.isSource, ["GraphCore", "PartitionCore"].contains(text.target) else { return [] }
        return text.tokens.indices.compactMap { index in
            guard text.tokens[index].isWord("any"),
                text.token(index - 1)?.isSymbol(".") != true,
                let next = text.token(index + 1), next.kind == .word || next.isSymbol("(")
            else { return nil }
            return text.finding(
                text.tokens[index].line, "`any` boxes and dispatches: use a generic parameter")
        }
    }

    private static func finding(at index: Int, in text: SwiftText) -> Finding? {
        let token = text.tokens[index]
        guard token.kind == .word else { return nil }
        if token.text.hasSuffix("Clock") {
            return text.finding(token.line, "\(token.text): take the time from the record")
        }
        if token.text == "fatalError", text.token(index + 1)?.isSymbol("(") == true,
            text.token(index + 2)?.isSymbol(")") == true
        {
            return text.finding(token.line, "fatalError(): say what was expected and what came")
        }
        guard let name = byWord[token.text] else { return nil }
        if let before = name.before, text.token(index + 1)?.isSymbol(before) != true { return nil }
        if !name.isBannedAsMember, let previous = text.token(index - 1),
            previous.isSymbol(".") || previous.isWord("func")
        {
            return nil
        }
        // `func hash(into hasher: inout Hasher)` serves look-ups only; its result never leaves.
        if name.word == "Hasher", text.token(index - 1)?.isWord("inout") == true { return nil }
        return text.finding(token.line, "\(name.word): \(name.instead)")
    }
}
