import Foundation
import Testing

/// `kindred simulate`: seeds, traces, and the same of both in every process.
@Suite("Command line: simulating")
struct CommandLineSimulateTests {
    @Test func shouldCountSeedsThatHold() throws {
        let test = try TestStore()
        let done = try test.run("simulate", "--seeds", "0..<100", "--jobs", "2")
        #expect(done.status == 0 && done.errors.isEmpty)
        #expect(done.text.hasPrefix("100 seeds hold, "))
        #expect(!test.exists(test.data), "a simulation needs no store")
        let answer = try test.json("simulate", "--seeds", "100..<150")
        #expect(answer["seeds"].integer == 150 - 100)
    }

    @Test func shouldEndWithOneAndTheCommandsThatReplayWhereASeedFails() throws {
        let test = try TestStore()
        let done = try test.run("simulate", "--seeds", "0..<2000", "--mutant", "1")
        #expect(done.status == 1)
        let command = try #require(
            done.lines.first { $0.hasPrefix("replay what it was shrunk to: ") })
        let replayed = try test.shell(
            String(command.dropFirst("replay what it was shrunk to: ".count)))
        #expect(replayed.status == 1, "\(replayed.errors)")
        let shrunk = try #require(done.lines.first { $0.hasPrefix("shrunk to ") })
        let reason = try #require(replayed.lines.last).dropFirst(2)
        #expect(shrunk.hasSuffix(reason), "it fails as it did")
    }

    /// Nothing may follow the order that a hash seed gives: two processes with different ones, and
    /// one with the fixed one, tell the same, byte for byte.
    @Test(arguments: [["3"], ["2029"], ["5", "--large"]])
    func shouldTellARunAlikeInEveryProcess(_ words: [String]) throws {
        let test = try TestStore()
        let first = try test.run(["simulate", "--trace"] + words)
        let second = try test.run(["simulate", "--trace"] + words)
        let fixed = try test.run(
            ["simulate", "--trace"] + words, environment: ["SWIFT_DETERMINISTIC_HASHING": "1"])
        #expect(first.status == 0 && first.lines.count > 10)
        #expect(first.lines.contains { $0.hasPrefix("# state of 0 at ") })
        #expect(first.output == second.output)
        #expect(first.output == fixed.output)
    }

    /// A step that traps ends the process at once: which seeds were played must be told.
    @Test func shouldTellTheSeedsThatAreOnWhereAStepTraps() throws {
        let test = try TestStore()
        // Swift's own handler, which `swift test` asks for, is there from the start, and would do.
        let child = try test.start(
            ["simulate", "--seeds", "7..<100000000", "--runtime"],
            environment: ["SWIFT_BACKTRACE": "enable=no"])
        // Once the program catches the signal that a trap sends, it may be sent.
        let caughtBit: UInt64 = 1 << UInt64(SIGILL - 1)
        var catches = false
        for _ in 0..<600 where !catches {
            usleep(50_000)
            let status = try String(
                contentsOfFile: "/proc/\(child.identifier)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
            let mask = line.flatMap { UInt64($0.dropFirst(8), radix: 16) } ?? 0
            catches = mask & caughtBit != 0
        }
        #expect(catches)
        child.send(SIGILL)
        let done = try child.finish()
        #expect(done.status == 128 + SIGILL)
        #expect(done.errors.contains("it may be: kindred simulate --trace "))
        #expect(done.errors.contains(" --runtime"))
    }

    @Test(arguments: [
        ["simulate"], ["simulate", "--seeds", "3"], ["simulate", "--seeds", "5..<5"],
        ["simulate", "--seeds", "0..<5", "--trace", "1"], ["simulate", "--trace", "-1"],
        ["simulate", "--seeds", "0..<5", "--jobs", "0"],
        ["simulate", "--seeds", "0..<5", "--jobs", "257"],
        ["simulate", "--seeds", "0..<5", "--mutant", "0"],
        ["simulate", "--seeds", "0..<5", "--mutant", "21"],
        ["simulate", "--seeds", "0..<5", "--patience", "0"],
        ["simulate", "--seeds", "0..<5", "--patience", "86401"],
        ["simulate", "--seeds", "0..<5", "--only", "events=0"],
        ["simulate", "--trace", "1", "--only", "events=b"],
    ])
    func shouldEndWithTwoWhereTheCommandLineIsWrong(_ words: [String]) throws {
        let test = try TestStore()
        let done = try test.run(words)
        #expect(done.status == 2, "\(words): \(done.errors)")
        #expect(done.output.isEmpty && !done.errors.isEmpty)
    }

    /// A build as people get it has no fault in its machine, and says how to have one.
    @Test func shouldSayWhichBuildHasMutantsOfTheMachine() throws {
        let test = try TestStore()
        let done = try test.run("simulate", "--seeds", "0..<5", "--mutant", "21")
        #expect(done.status == 2)
        #expect(done.errors.contains("--traits Mutants"))
    }
}
