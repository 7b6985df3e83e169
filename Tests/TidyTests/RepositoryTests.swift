import Testing

/// The house rules on the repository as it is. Each failure names file, line and what to do.
@Suite("House rules")
struct RepositoryTests {
    private let repository = Repository.current

    @Test func shouldReadTheWholeRepository() {
        #expect(repository.exists("Package.swift"))
        #expect(repository.swiftTexts.count > 20, "rules that read nothing find nothing")
        #expect(repository.files.contains { $0.path == "Package.swift" })
        #expect(repository.targetFolders.contains("IdentityModel"))
        #expect(repository.swiftTexts.contains { $0.path.hasSuffix("RepositoryTests.swift") })
    }

    @Test func shouldImportOnlyWhatTheTargetTableAllows() {
        expectNone(repository.swiftTexts.flatMap { ImportRule.findings(in: $0) })
    }

    @Test func shouldKnowEveryTarget() {
        expectNone(ImportRule.findings(forFolders: repository.targetFolders))
    }

    @Test func shouldKeepFilesFunctionsAndLinesSmall() {
        expectNone(SizeRule.findings(in: repository.swiftTexts))
    }

    @Test func shouldKeepPureTargetsDeterministic() {
        expectNone(repository.swiftTexts.flatMap { BannedCallRule.findings(in: $0) })
    }

    @Test func shouldNotWalkUnorderedCollectionsInPureTargets() {
        expectNone(repository.swiftTexts.flatMap { UnorderedCollectionRule.findings(in: $0) })
    }

    @Test func shouldNotUseExistentialsInTheStep() {
        expectNone(repository.swiftTexts.flatMap { BannedCallRule.existentialFindings(in: $0) })
    }

    @Test func shouldJustifyWhatTheCompilerTakesOnTrust() {
        expectNone(repository.swiftTexts.flatMap { JustificationRule.findings(in: $0) })
    }

    @Test func shouldNeedNoSecondBuildAndNoUnsafeFlags() throws {
        let manifest = try #require(repository.files.first { $0.path == "Package.swift" })
        let texts = repository.swiftTexts + [SwiftText(path: manifest.path, text: manifest.text)]
        expectNone(texts.flatMap { JustificationRule.bannedEverywhere(in: $0) })
    }

    @Test func shouldKeepCodeOfTraitsSmallAndApart() {
        let texts = repository.swiftTexts
        expectNone(TraitRule.all.flatMap { rule in texts.flatMap { rule.findings(in: $0) } })
    }

    @Test func shouldGiveEachMutantAndKillPointAPlace() {
        expectNone(TraitRule.all.flatMap { $0.unused(in: repository.swiftTexts) })
    }

    @Test func shouldKeepExitTestsApartFromStartedPrograms() {
        expectNone(repository.swiftTexts.flatMap { ChildProcessRule.findings(in: $0) })
    }

    @Test func shouldDocumentEveryVisibleDeclaration() {
        expectNone(repository.swiftTexts.flatMap { DocumentationRule.findings(in: $0) })
    }

    @Test func shouldLinkOnlyToWhatExists() {
        expectNone(repository.files.flatMap { LinkRule.findings(in: $0, of: repository) })
    }

    @Test func shouldNameOnlyFixturesThatExist() {
        expectNone(repository.files.flatMap { LinkRule.fixtureFindings(in: $0, of: repository) })
    }

    @Test func shouldCarryNoMarksOfUnfinishedWork() {
        expectNone(repository.files.flatMap { TextRule.unfinishedFindings(in: $0) })
    }

    @Test func shouldCarryNoPathsOfOneMachine() {
        expectNone(repository.files.flatMap { TextRule.machinePathFindings(in: $0) })
    }
}
