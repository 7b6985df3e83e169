/// Code of the package trait `Mutants` breaks the program on purpose. It stands in few targets, in
/// small pieces, and each mutant that has a number has a place where it breaks something.
enum MutantRule {
    /// Targets that may have such code.
    static let targets: Set<String> = ["GraphCore", "PartitionCore", "SimulationKit", "Commands"]
    /// Lines that one `#if Mutants` may have before it ends, outside of `folder`.
    static let lines = 12
    /// Where mutants are named and may take more lines.
    static let folder = "Sources/GraphCore/Mutants/"
    /// Where they are numbered.
    static let list = folder + "Mutant.swift"

    /// Pieces in the wrong place, or too large.
    static func findings(in text: SwiftText) -> [Finding] {
        var found: [Finding] = []
        for start in starts(in: text) {
            let line = text.tokens[start].line
            guard text.isSource, targets.contains(text.target) else {
                found.append(text.finding(line, "no code of the trait Mutants belongs here"))
                continue
            }
            guard !text.path.hasPrefix(folder) else { continue }
            if end(of: start, in: text) - line - 1 > lines {
                let message = "a mutant takes more than \(lines) lines: move them to \(folder)"
                found.append(text.finding(line, message))
            }
        }
        return found
    }

    /// Mutants that have a number and break nothing.
    static func unused(in texts: [SwiftText]) -> [Finding] {
        guard let list = texts.first(where: { $0.path == list }) else {
            return [Finding(path: list, line: 0, message: "the mutants are numbered here")]
        }
        var used: Set<String> = []
        for text in texts where text.isSource && text.path != list.path {
            for index in text.tokens.indices.dropLast() where text.tokens[index].isSymbol(".") {
                used.insert(text.tokens[index + 1].text)
            }
        }
        return list.tokens.indices.dropLast().compactMap { index in
            let name = list.tokens[index + 1]
            guard list.tokens[index].isWord("case"), !used.contains(name.text) else { return nil }
            return list.finding(name.line, "\(name.text) breaks nothing: give it a place")
        }
    }

    private static func starts(in text: SwiftText) -> [Int] {
        text.tokens.indices.dropLast().filter { index in
            let token = text.tokens[index]
            return (token.isWord("#if") || token.isWord("#elseif"))
                && text.tokens[(index + 1)...].prefix { $0.line == token.line }
                    .contains { $0.isWord("Mutants") }
        }
    }

    /// The line of the `#endif` that closes the `#if` at a token; the last line where none does.
    private static func end(of start: Int, in text: SwiftText) -> Int {
        var depth = 0
        for token in text.tokens[start...] {
            if token.isWord("#if") { depth += 1 }
            if token.isWord("#endif") { depth -= 1 }
            if depth <= 0 { return token.line }
        }
        return text.lines.count
    }
}
