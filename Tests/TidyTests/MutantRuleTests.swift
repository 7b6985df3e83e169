import Testing

/// The rule on mutants, on samples that it must catch and good ones that it must let pass.
@Suite("Rules on mutants")
struct MutantRuleTests {
    private func sample(
        lines: Int, at path: String = "Sources/GraphCore/Sample.swift"
    ) -> SwiftText {
        let body = String(repeating: "f()\n", count: lines)
        return SwiftText(path: path, text: "#if Mutants\n\(body)#endif\n")
    }

    @Test func shouldCatchWhatIsTooLargeAtTheEdge() {
        #expect(MutantRule.findings(in: sample(lines: MutantRule.lines)).isEmpty)
        #expect(MutantRule.findings(in: sample(lines: MutantRule.lines + 1)).map(\.line) == [1])
        let apart = sample(lines: MutantRule.lines + 1, at: MutantRule.folder + "More.swift")
        #expect(MutantRule.findings(in: apart).isEmpty)
    }

    @Test(arguments: [
        "Sources/WireFormat/Sample.swift", "Sources/NodeRuntime/Sample.swift",
        "Tests/GraphCoreTests/Sample.swift",
    ])
    func shouldCatchWhatStandsElsewhere(_ path: String) {
        #expect(MutantRule.findings(in: sample(lines: 1, at: path)).map(\.line) == [1])
        let other = SwiftText(path: path, text: "#if DEBUG\nf()\n#endif\n")
        #expect(MutantRule.findings(in: other).isEmpty)
    }

    @Test func shouldCatchAMutantThatBreaksNothing() {
        let list = SwiftText(
            path: MutantRule.list, text: "enum Mutant: Int {\n    case one = 1\n    case two\n}\n")
        let place = SwiftText(
            path: "Sources/GraphCore/Sample.swift", text: "if Mutant.one.isPlanted { return }\n")
        #expect(MutantRule.unused(in: [list, place]).map(\.line) == [3])
        #expect(MutantRule.unused(in: [place]).count == 1, "the list itself is gone")
    }
}
