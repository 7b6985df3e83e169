import Foundation
import Testing

/// Wrong command lines, and words of releases to come.
@Suite("Command line: usage")
struct CommandLineUsageTests {
    @Test(arguments: ["clusters", "wat"])
    func shouldRefuseUnknownCommandsByName(_ word: String) throws {
        let test = try TestStore()
        let done = try test.run(word)
        #expect(done.status == 2)
        #expect(done.errors.contains("'\(word)'"))
        #expect(done.output.isEmpty)
        #expect(!test.exists(test.data))
    }

    @Test(arguments: [
        ["export", "--server", "http://x"], ["digest", "--server", "http://x"],
        ["replay", "-", "--server", "http://x"], ["verify", "--repair"],
    ])
    func shouldRefuseUnknownFlagsByName(_ words: [String]) throws {
        let test = try TestStore()
        let flag = try #require(words.last { $0.hasPrefix("--") })
        let done = try test.run(words)
        #expect(done.status == 2)
        #expect(done.errors.contains("'\(flag)'"))
        #expect(!test.exists(test.data))
    }

    @Test(arguments: [
        ["replay"], ["resolve"], ["explain", "a:1"], ["component"], ["component", "a:1", "b:1"],
        ["replay", "-", "--durability", "maybe"], ["replay", "-", "--from-line", "x"],
        ["replay", "-", "--time-unit", "h"], ["replay", "-", "--checkpoint-events", "0"],
        ["replay", "-", "-"], ["generate", "--format", "xml"], ["generate", "--unlinks", "101"],
        ["generate", "--attributes", "65"], ["generate", "--attributes", "-1"],
        ["replay", "-", "--columns", "attributes.=N"],
        ["stats", "extra"], ["digest", "--compare"], ["--data", "x", "stats"],
        ["stats", "--log-level", "loud"], ["stats", "--config"], ["stats", "--config", ""],
        ["generate", "--log-level", "loud"], ["stats", "--data", ""],
        ["replay", "-", "--memory", "some"], ["replay", "-", "--memory", "31MiB"],
    ])
    func shouldEndWithTwoWhereTheCommandLineIsWrong(_ words: [String]) throws {
        let test = try TestStore()
        let done = try test.run(words)
        #expect(done.status == 2, "\(words): \(done.errors)")
        #expect(done.output.isEmpty)
        #expect(!done.errors.isEmpty)
        #expect(!test.exists(test.data))
    }

    @Test func shouldExplainEveryCommand() throws {
        let test = try TestStore()
        for command in [
            "replay", "generate", "resolve", "explain", "component", "export", "stats", "link",
            "unlink", "ban", "unban", "digest", "verify", "simulate", "backup", "restore",
            "profiles", "profiles validate", "profiles show", "profiles apply",
            "changes",
        ] {
            let done = try test.run(command.split(separator: " ").map(String.init) + ["--help"])
            #expect(done.status == 0 && done.errors.isEmpty)
            #expect(done.text.contains("USAGE: kindred \(command)"))
        }
        let all = try test.run("--help")
        #expect(all.status == 0 && all.text.contains("Exit status"))
        #expect(try test.run("--version").text == "0.1.0\n")
        #expect(try test.run().status == 0)
    }

    /// Read as text, a byte that is no UTF-8 would turn into another identifier.
    @Test func shouldRefuseWordsThatAreNotUTF8() throws {
        let test = try TestStore()
        let done = try test.shell(#"kindred link a:$'\xff' b:1 --source x"#)
        #expect(done.status == 2)
        #expect(done.errors.contains("not UTF-8"))
        let fine = try test.shell("kindred link a:\u{FFFD} b:é --source x")
        #expect(fine.status == 0)
        #expect(try test.customer(of: "b:é") != nil)
        #expect(try test.customer(of: "b:e\u{301}") == nil, "identifiers are bytes")
    }
}
