import TestSupport
import Testing

/// Runs every file of Fixtures/Scenarios. `KINDRED_REWRITE=1` writes the results anew, to be read
/// as a diff.
@Suite("Scenarios")
struct ScenarioTests {
    @Test(arguments: try FixtureFiles.names(in: "Scenarios"))
    func shouldPrintExactlyThis(file: String) throws {
        let text = try #require(FixtureFiles.text(of: "Scenarios/\(file)"))
        var scenario = try Scenario(text)
        try #require(!scenario.blocks.isEmpty)
        var runner = try ScenarioRunner()
        var partitions = PartitionScenarioRunner()
        let isPartitioned = PartitionScenarioRunner.runs(scenario)
        for index in scenario.blocks.indices {
            let block = scenario.blocks[index]
            var result: [String] = []
            for command in block.commands {
                result += try isPartitioned ? partitions.run(command) : runner.run(command)
            }
            scenario.blocks[index].result = result
            if !FixtureFiles.isRewriting {
                #expect(result == block.result, "\(file), line \(block.line)")
            }
            #expect(try runner.store.isAsTheOracleSays(), "\(file), line \(block.line)")
        }
        if FixtureFiles.isRewriting {
            try FixtureFiles.write(scenario.text, to: "Scenarios/\(file)")
        } else {
            #expect(scenario.text == text, "\(file) is not in the form that a rewrite gives")
        }
    }

    @Test func shouldReadCommentsCommandsAndResults() throws {
        let text =
            "# one\n\n# two\nlink a b\nresolve a\n----\n1 customer\nx\n\nresolve b\n----\ny\n"
        let scenario = try Scenario(text)
        #expect(scenario.blocks.count == 2)
        #expect(scenario.blocks[0].comments == ["# one", "", "# two"])
        #expect(scenario.blocks[0].commands == ["link a b", "resolve a"])
        #expect(scenario.blocks[0].result == ["1 customer", "x"])
        #expect(scenario.blocks[0].line == 4)
        #expect(scenario.blocks[1].line == 10)
        #expect(scenario.text == text)
        #expect(throws: Scenario.Malformed.self) { try Scenario("link a b\n") }
        #expect(throws: Scenario.Malformed.self) { try Scenario("----\nx\n") }
    }

    @Test func shouldRefuseCommandsThatItDoesNotKnow() throws {
        var runner = try ScenarioRunner()
        for line in [
            "merge a b", "link a", "link a b at=3", "link a b ts=x", "digest is=x", "resolve",
        ] {
            #expect(throws: Scenario.Malformed.self) { try runner.run(line) }
        }
    }
}
