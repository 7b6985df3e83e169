/// Code of a package trait is for tests alone: it breaks the program on purpose, or ends it. It
/// stands in few targets, in small pieces, and each name that it has is of use somewhere.
struct TraitRule: Sendable {
    /// The trait.
    let trait: String
    /// Targets that may have such code.
    let targets: Set<String>
    /// Lines that one `#if` of the trait may have before it ends, outside of `folders`.
    let lines: Int
    /// Where it may take more lines.
    let folders: [String]
    /// Where its names are listed, as cases.
    let list: String

    /// Rules of the protocol that are left out, by number.
    static let mutants = TraitRule(
        trait: "Mutants", targets: ["GraphCore", "PartitionCore", "SimulationKit", "Commands"],
        lines: 12, folders: ["Sources/GraphCore/Mutants/"],
        list: "Sources/GraphCore/Mutants/Mutant.swift")
    /// Places where the process can be killed, by name.
    static let killPoints = TraitRule(
        trait: "KillPoints", targets: ["GraphCore", "NodeRuntime", "Commands"], lines: 1,
        folders: ["Sources/GraphCore/KillPoints/", "Sources/Commands/KillPoints/"],
        list: "Sources/GraphCore/KillPoints/KillPoint.swift")
    /// All of them.
    static let all = [mutants, killPoints]

    /// Pieces in the wrong place, or too large.
    func findings(in text: SwiftText) -> [Finding] {
        var found: [Finding] = []
        for start in starts(in: text) {
            let line = text.tokens[start].line
            guard text.isSource, targets.contains(text.target) else {
                found.append(text.finding(line, "no code of the trait \(trait) belongs here"))
                continue
            }
            guard !folders.contains(where: { text.path.hasPrefix($0) }) else { continue }
            if end(of: start, in: text) - line - 1 > lines {
                let message =
                    "\(trait) may have \(lines) lines at a place: move them to \(folders[0])"
                found.append(text.finding(line, message))
            }
        }
        return found
    }

    /// Names that are listed and of no use.
    func unused(in texts: [SwiftText]) -> [Finding] {
        guard let list = texts.first(where: { $0.path == list }) else {
            return [Finding(path: list, line: 0, message: "\(trait) are listed here")]
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
            return list.finding(name.line, "\(name.text) has no place: give it one")
        }
    }

    private func starts(in text: SwiftText) -> [Int] {
        text.tokens.indices.dropLast().filter { index in
            let token = text.tokens[index]
            return (token.isWord("#if") || token.isWord("#elseif"))
                && text.tokens[(index + 1)...].prefix { $0.line == token.line }
                    .contains { $0.isWord(trait) }
        }
    }

    /// The line of the `#endif` that closes the `#if` at a token; the last line where none does.
    private func end(of start: Int, in text: SwiftText) -> Int {
        var depth = 0
        for token in text.tokens[start...] {
            if token.isWord("#if") { depth += 1 }
            if token.isWord("#endif") { depth -= 1 }
            if depth <= 0 { return token.line }
        }
        return text.lines.count
    }
}
