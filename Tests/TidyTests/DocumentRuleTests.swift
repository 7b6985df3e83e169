import Testing

/// The rules on documents and plain text, on bad and good samples.
@Suite("Document rules on samples")
struct DocumentRuleTests {
    private let repository = Repository.current

    private func file(_ path: String, _ text: String) -> RepositoryFile {
        RepositoryFile(path: path, text: text)
    }

    @Test(arguments: [
        "[a](Missing.md)", "see\n\n[a](Sources/Missing/)", "[a](../Package.swift \"title\")",
        "[`code`](docs/missing.md)", "![a](missing.png) and [b](Package.swift)",
    ])
    func shouldCatchLinksThatLeadNowhere(_ text: String) {
        let path = text.contains("..") ? "Deploy/deeper/A.md" : "A.md"
        #expect(LinkRule.findings(in: file(path, text), of: repository).count == 1)
    }

    @Test(arguments: [
        "[a](Package.swift)", "[a](./Sources)", "[a](https://example.com/x.md)",
        "[a](#a-heading)\n# A heading", "[a](A.md#a-heading)\n# A heading",
        "[a](mailto:a@example.com)", "`[a](missing)`", "```\n[a](missing)\n```",
    ])
    func shouldAllowLinks(_ text: String) {
        #expect(LinkRule.findings(in: file("A.md", text), of: repository).isEmpty)
    }

    @Test func shouldCatchLinksToHeadingsThatDoNotExist() {
        let text = "[a](#another)\n[a](A.md#a-heading)\n# A heading"
        #expect(LinkRule.findings(in: file("A.md", text), of: repository).map(\.line) == [1])
    }

    @Test func shouldMakeAnchorsOfHeadings() {
        let text = "# One, two: *three*!\n## `make test`\n```\n# no\n```\n### A_b-c\n"
        #expect(LinkRule.headings(of: text) == ["one-two-three", "make-test", "a_b-c"])
    }

    @Test func shouldCatchFixturesThatDoNotExist() {
        let folder = "Fixtures" + "/"
        let text = "a\n\(folder)None/x.jsonl and \(folder)Gone/*.csv\n\(folder)\\(name)."
        let found = LinkRule.fixtureFindings(in: file("A.md", text), of: repository)
        #expect(found.map(\.line) == [2, 2])
        #expect(
            LinkRule.fixtures(in: text).map(\.path) == [
                folder + "None/x.jsonl", folder + "Gone/",
            ])
    }

    @Test func shouldCatchMarksOfUnfinishedWork() {
        for word in TextRule.unfinished {
            let found = TextRule.unfinishedFindings(in: file("A.md", "a\nb // \(word): c"))
            #expect(found.map(\.line) == [2])
            #expect(TextRule.unfinishedFindings(in: file("A.md", "a\(word)b \(word)1")).isEmpty)
        }
    }

    @Test func shouldCatchPathsOfOneMachine() {
        for folder in TextRule.machineFolders + [TextRule.scratchFolder] {
            let text = "first\nopen(\"\(folder)x\")"
            let source = TextRule.machinePathFindings(in: file("Sources/A/A.swift", text))
            #expect(source.map(\.line) == [2])
            let address = "https://example.com\(folder)x ../..\(folder) $(HERE)/x\(folder)"
            #expect(TextRule.machinePathFindings(in: file("README.md", address)).isEmpty)
        }
        let scratch = file("Tests/A/A.swift", "\"\(TextRule.scratchFolder)x\"")
        #expect(TextRule.machinePathFindings(in: scratch).isEmpty)
    }
}
