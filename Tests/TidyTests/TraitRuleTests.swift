import Testing

/// The rules on traits, on samples that they must catch and good ones that they must let pass.
@Suite("Rules on traits")
struct TraitRuleTests {
    private static func sample(_ rule: TraitRule, lines: Int, at path: String) -> SwiftText {
        let body = String(repeating: "f()\n", count: lines)
        return SwiftText(path: path, text: "#if \(rule.trait)\n\(body)#endif\n")
    }

    @Test(arguments: TraitRule.all)
    func shouldCatchWhatIsTooLargeAtTheEdge(_ rule: TraitRule) {
        let path = "Sources/GraphCore/Sample.swift"
        #expect(rule.findings(in: Self.sample(rule, lines: rule.lines, at: path)).isEmpty)
        let large = Self.sample(rule, lines: rule.lines + 1, at: path)
        #expect(rule.findings(in: large).map(\.line) == [1])
        for folder in rule.folders {
            let apart = Self.sample(rule, lines: rule.lines + 1, at: folder + "More.swift")
            #expect(rule.findings(in: apart).isEmpty)
        }
    }

    @Test(arguments: [
        (TraitRule.mutants, "Sources/WireFormat/Sample.swift"),
        (TraitRule.mutants, "Sources/NodeRuntime/Sample.swift"),
        (TraitRule.mutants, "Tests/GraphCoreTests/Sample.swift"),
        (TraitRule.killPoints, "Sources/PartitionCore/Sample.swift"),
        (TraitRule.killPoints, "Sources/RocksStore/Sample.swift"),
        (TraitRule.killPoints, "Tests/NodeRuntimeTests/Sample.swift"),
    ])
    func shouldCatchWhatStandsElsewhere(_ rule: TraitRule, _ path: String) {
        #expect(rule.findings(in: Self.sample(rule, lines: 1, at: path)).map(\.line) == [1])
        let other = SwiftText(path: path, text: "#if DEBUG\nf()\n#endif\n")
        #expect(rule.findings(in: other).isEmpty)
    }

    @Test(arguments: TraitRule.all)
    func shouldCatchANameWithoutUse(_ rule: TraitRule) {
        let list = SwiftText(
            path: rule.list, text: "enum Name: Int {\n    case one = 1\n    case two\n}\n")
        let place = SwiftText(
            path: "Sources/GraphCore/Sample.swift", text: "if Name.one.isPlanted { return }\n")
        #expect(rule.unused(in: [list, place]).map(\.line) == [3])
        #expect(rule.unused(in: [place]).count == 1, "the list itself is gone")
    }
}
