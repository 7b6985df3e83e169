import Testing

/// Each rule on bad samples that it must catch and good ones that it must let pass.
@Suite("Rules on samples")
struct RuleTests {
    private func graph(_ text: String) -> SwiftText {
        SwiftText(path: "Sources/GraphCore/Sample.swift", text: text)
    }

    private func commands(_ text: String) -> SwiftText {
        SwiftText(path: "Sources/Commands/Sample.swift", text: text)
    }

    // MARK: Imports

    @Test(arguments: [
        "import Foundation", "package import WireFormat", "import struct Foundation.Data",
        "@preconcurrency import Dispatch", "@_exported public import Glibc",
    ])
    func shouldCatchImports(_ line: String) {
        #expect(ImportRule.findings(in: graph("// first\n" + line)).map(\.line) == [2])
    }

    @Test(arguments: [
        "package import IdentityModel", "import CMemoryHints", "// import Foundation",
    ])
    func shouldAllowImports(_ line: String) {
        #expect(ImportRule.findings(in: graph(line)).isEmpty)
    }

    @Test func shouldCatchUnknownAndMissingTargets() {
        let folders = ImportRule.allowed.keys.sorted()
        #expect(ImportRule.findings(forFolders: folders).isEmpty)
        #expect(ImportRule.findings(forFolders: folders + ["Helpers"]).count == 1)
        #expect(ImportRule.findings(forFolders: Array(folders.dropLast())).count == 1)
    }

    // MARK: Sizes

    private func function(lines: Int) -> String {
        "func f() {\n" + String(repeating: "    g()\n", count: lines - 2) + "}\n"
    }

    @Test func shouldCatchSizesAtTheEdge() {
        let atLimit = String(repeating: "x\n", count: SizeRule.fileLines)
        #expect(SizeRule.findings(in: [graph(atLimit)]).isEmpty)
        #expect(SizeRule.findings(in: [graph(atLimit + "x\n")]).count == 1)
        #expect(SizeRule.findings(in: [graph(function(lines: SizeRule.functionLines))]).isEmpty)
        let long = SizeRule.findings(in: [graph(function(lines: SizeRule.functionLines + 1))])
        #expect(long.map(\.line) == [1])
        let wide = String(repeating: "é", count: SizeRule.columns)
        #expect(SizeRule.findings(in: [graph(wide)]).isEmpty)
        #expect(SizeRule.findings(in: [graph("\n" + wide + "x")]).map(\.line) == [2])
    }

    @Test func shouldExcuseWithAReasonAndCatchStaleExcuses() {
        let text = graph(function(lines: SizeRule.functionLines + 1))
        let reason = "a table reads best whole"
        let excuse = SizeException(path: text.path, subject: .function("f"), reason: reason)
        #expect(SizeRule.findings(in: [text], exceptions: [excuse]).isEmpty)
        let other = SizeException(path: text.path, subject: .function("g"), reason: reason)
        #expect(SizeRule.findings(in: [text], exceptions: [other]).count == 2)
        let silent = SizeException(path: text.path, subject: .function("f"), reason: "big")
        #expect(SizeRule.findings(in: [text], exceptions: [silent]).count == 1)
        let wide = graph("let table = \"" + String(repeating: "x", count: SizeRule.columns) + "\"")
        let line = SizeException(
            path: wide.path, subject: .line(containing: "let table"), reason: reason)
        #expect(SizeRule.findings(in: [wide], exceptions: [line]).isEmpty)
    }

    // MARK: Pure targets

    @Test(arguments: [
        "let now = Date()", "let c = ContinuousClock()", "func f(c: some Clock) {}",
        "x = Int.random(in: 0..<3)", "list.shuffled()", "UUID().description", "Task { }",
        "a.hashValue", "var h = Hasher()", "DispatchQueue.main", "print(a)", "assert(a > 0)",
        "Swift.fatalError()", "assertionFailure(\"x\")", "var g = SystemRandomNumberGenerator()",
        "let s = \"\\(Date())\"",
    ])
    func shouldCatchBannedCalls(_ line: String) {
        #expect(BannedCallRule.findings(in: graph("\n" + line)).map(\.line) == [2])
        #expect(BannedCallRule.findings(in: commands(line)).isEmpty)
    }

    @Test(arguments: [
        "HexadecimalText.print(word)", "static func print(_ word: UInt64) {}", "precondition(a)",
        "fatalError(\"no such page\")", "func hash(into hasher: inout Hasher) {}",
        "let a = \"Date() Task UUID\" // Clock", "updateDate(a)", "let taskCount = 3",
        "var random = SplitMix64(seed: 1)", "random.next()",
    ])
    func shouldAllowHarmlessCalls(_ line: String) {
        #expect(BannedCallRule.findings(in: graph(line)).isEmpty)
    }

    @Test(arguments: [
        "let a: Set<Int>", "var a: [NodeKey: Int] = [:]", "var a = Set(b)",
        "let a: Dictionary<Int, Int>", "var a = Set<Int>()", "var a: [Int: (b: Int, c: Int)]",
        "private var a: [[Int: Int]] = []", "let a = [x: 1, y: 2]", "let a: [K: V?]",
    ])
    func shouldCatchUnorderedCollections(_ line: String) {
        #expect(UnorderedCollectionRule.findings(in: graph(line)).count == 1)
        #expect(UnorderedCollectionRule.findings(in: graph(line + " // lookup only")).isEmpty)
        #expect(UnorderedCollectionRule.findings(in: commands(line)).isEmpty)
    }

    @Test(arguments: [
        "let a: [Int]", "let a = [f(x: 1), g(y: 2)]", "let a = Set(b).count",
        "let a = b[c ? d : e]", "let a = [b ? c : d]", "case .x(let y): [z]",
    ])
    func shouldAllowOrderedCollections(_ line: String) {
        #expect(UnorderedCollectionRule.findings(in: graph(line)).isEmpty)
    }

    @Test(arguments: [
        ("for x in names { }", 1), ("for (k, v) in self.names { }", 1),
        ("for x in names.keys.sorted() { }", 1), ("for x in Set(list) { }", 1),
        ("for x in names[key] { }", 0), ("for x in list { }", 0),
        ("for x in 0..<names.count { }", 0), ("list.map { x in names.f(x) }", 0),
    ])
    func shouldCatchWalksOverUnorderedCollections(_ line: String, _ count: Int) {
        let text = graph("var names: [Int: Int] // lookup only\n" + line)
        #expect(UnorderedCollectionRule.findings(in: text).count == count)
    }

    @Test func shouldCatchExistentialsInTheStep() {
        let bad = "let reader: any StateReader\nfunc f(_ a: (any P)?) {}"
        #expect(BannedCallRule.existentialFindings(in: graph(bad)).map(\.line) == [1, 2])
        #expect(BannedCallRule.existentialFindings(in: commands(bad)).isEmpty)
        #expect(BannedCallRule.existentialFindings(in: graph("a.any { b }; some P")).isEmpty)
    }

    // MARK: Children

    @Test func shouldKeepExitTestsApartFromStartedPrograms() {
        func lines(_ target: String, _ text: String) -> [Int] {
            let text = SwiftText(path: "Tests/\(target)/Sample.swift", text: text)
            return ChildProcessRule.findings(in: text).map(\.line)
        }
        let exits = "// processExitsWith\nawait #expect(processExitsWith: .exitCode(7)) {}"
        let starts = "let a: Process\nlet b = Process()\nposix_spawn(&c, d, &e, nil, f, g)\nfork()"
        #expect(lines("IntegrationTests", exits) == [2])
        #expect(lines("IntegrationTests", starts).isEmpty)
        #expect(lines("KafkaSupport", starts).isEmpty)
        #expect(lines("CommandsTests", exits).isEmpty)
        #expect(lines("CommandsTests", starts) == [2, 3, 4])
        #expect(lines("CommandsTests", "posix_spawnattr_init(&a)\nfunc fork() {}\na.fork").isEmpty)
    }

    // MARK: Trust

    @Test(arguments: [
        "let a = unsafe b[0]", "final class A: @unchecked Sendable {}",
        "nonisolated(unsafe) var a = 0",
    ])
    func shouldAskWhyTrustHolds(_ line: String) {
        #expect(JustificationRule.findings(in: commands("a\n" + line)).map(\.line) == [2])
        #expect(JustificationRule.findings(in: commands("// It is so.\n" + line)).isEmpty)
        #expect(JustificationRule.findings(in: commands(line + " // It is so.")).isEmpty)
        let run = "// Bounds are checked above.\n" + line + "\n" + line
        #expect(JustificationRule.findings(in: commands(run)).isEmpty)
        #expect(JustificationRule.findings(in: commands("// It is so.\n\n" + line)).count == 1)
    }

    @Test func shouldLetOneSentenceServeAFunction() {
        let served =
            "func f() {\n    let a = unsafe b[0]\n    c()\n    // unsafe: in bounds.\n"
            + "    d(unsafe b[1])\n}\n"
        #expect(JustificationRule.findings(in: graph(served)).isEmpty)
        let other = served + "\nfunc g() {\n    e()\n    let a = unsafe b[0]\n}\n"
        #expect(JustificationRule.findings(in: graph(other)).map(\.line) == [10])
        let lifetime =
            "// unsafe: owned here.\nlet b: B\n\ninit() {\n    c()\n    unsafe b = .d()\n}\n"
        #expect(JustificationRule.findings(in: graph(lifetime)).isEmpty)
        let silent = "let b: B\n\ninit() {\n    c()\n    unsafe b = .d()\n}\n"
        #expect(JustificationRule.findings(in: graph(silent)).map(\.line) == [5])
    }

    @Test func shouldCatchWhatIsBannedEverywhere() {
        let text = commands("@testable import A\n.unsafeFlags([\"-O\"])\n\"@testable\"")
        #expect(JustificationRule.bannedEverywhere(in: text).map(\.line) == [1, 2])
    }

    // MARK: Documentation

    @Test(arguments: [
        "package func f() {}", "public let a = 1", "package static var a: Int { 1 }",
        "package struct S {}", "package final class C {}", "package init(a: Int) {}",
        "package typealias A = B", "package subscript(a: Int) -> Int { 1 }",
        "@inline(__always)\npackage func f() {}", "package private(set) var a = 1",
        "package class func f() {}", "// not documentation\npackage func f() {}",
        "///\npackage func f() {}", "/// Far away.\n\npackage func f() {}",
        "package mutating func f() {}", "public enum E {}", "package extension A {}",
        "/// E.\npackage enum E {\n    case a\n}", "/// P.\npackage protocol P {\n    func f()\n}",
        "/// P.\npackage protocol P {\n    init(a: Int)\n}",
        "/// E.\npackage enum E {\n    /// A.\n    case a\n    case b(Int)\n}",
        "/// P.\npackage protocol P {\n    associatedtype A\n}", "package indirect enum E {}",
        "package nonisolated(unsafe) static let a = 1",
        "let a = 1  /// Beside another.\npackage let b = 1", "package @MainActor func f() {}",
    ])
    func shouldCatchMissingDocumentation(_ sample: String) {
        #expect(DocumentationRule.findings(in: graph(sample)).count == 1)
    }

    @Test(arguments: [
        "/// Says.\npackage func f() {}", "/** Says. */\npackage func f() {}",
        "/// Says.\n@inline(__always)\n@discardableResult\npackage func f() {}",
        "/// Says.\n// swift-format-ignore\npackage func f() {}", "func f() {}",
        "private let a = 1",
        "package static func < (a: A, b: A) -> Bool { true }", "package import IdentityModel",
        "package func hash(into hasher: inout Hasher) {}", "package var description: String { a }",
        "let package = Package(name: a)", "enum E { case a }", "f(package: 1)", "a.package.b()",
        "/// E.\npackage enum E {\n    /// A.\n    case a, b\n}",
        "/// E.\npackage enum E {\n    /// A.\n    case a\n    private func f() {\n"
            + "        switch self { case .a: break }\n    }\n}",
        "/// P.\npackage protocol P {\n    /// F.\n    func f()\n"
            + "    /// G.\n    var g: Int { get }\n}",
        "/// Says.\n@available(*, deprecated)\npackage private(set) var a = 1",
    ])
    func shouldAcceptDocumented(_ sample: String) {
        #expect(DocumentationRule.findings(in: graph(sample)).isEmpty)
    }
}
