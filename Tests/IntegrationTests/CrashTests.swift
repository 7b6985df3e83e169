import Foundation
import GraphCore
import NodeRuntime
import TestSupport
import Testing

/// kill -9 at any moment, then start: nothing acknowledged is lost.
@Suite("Kill -9", .serialized)
struct CrashTests {
    private let folder: CrashFolder

    init() throws { folder = try CrashFolder() }

    @Test func shouldHoldWhatAnUndisturbedReplayHolds() throws {
        let stream = try CrashStream(lines: 60_000, seed: 11, in: folder)
        let middle = stream.boundaries[stream.boundaries.count / 2]
        for lines in [stream.boundaries[1], middle, stream.lineCount] {
            let store = CrashStore(path: folder("fresh"), folder: folder)
            let file = try stream.prefix(lines, in: folder)
            _ = try CrashAnswer.expect(
                stream.replay(into: store, checkpointEvents: 20_000, file: file), in: folder)
            #expect(try store.content().digest == stream.digest(of: lines))
            store.remove()
        }
    }

    @Test func shouldLoseNothingInFiftyKillsOfAReplay() throws {
        let wanted = TestBudget.isNightly ? 200 : 50
        let stream = try CrashStream(lines: wanted * 5_000, seed: 7, in: folder)
        let undisturbed = CrashStore(path: folder("undisturbed"), folder: folder)
        let start = Date.now
        _ = try CrashAnswer.expect(
            stream.replay(into: undisturbed, checkpointEvents: 20_000), in: folder)
        let whole = Date.now.timeIntervalSince(start) * 1_000

        var life = CrashLife(
            stream, in: folder, named: "killed", checkpointEvents: 20_000, seed: 1)
        var attempts = 0
        while life.kills < wanted, attempts < wanted * 3 {
            attempts += 1
            if attempts % 10 == 0 {
                try life.strike(.behind, after: 0, within: whole / 4)
            } else if attempts % 2 == 0 {
                let batches = stream.boundaries.count * life.foldedLines / stream.lineCount
                try life.strike(.first, after: life.some(batches + 2), within: 30)
            } else {
                try life.strike(.behind, after: life.some(2), within: 30)
            }
        }
        try life.finish()
        #expect(try life.store.content().digest == undisturbed.content().digest)
        #expect(try life.store.export() == undisturbed.export())
        #expect(life.kills >= wanted)
        #expect(life.killsBetweenAcknowledgements * 10 >= wanted * 8)
        #expect(life.killsWhileOpening >= wanted / 10)
        print(
            "kill -9: \(life.kills) kills, \(life.killsBetweenAcknowledgements) between the first"
                + " and the last acknowledgement, \(life.killsWhileOpening) more while opening,"
                + " \(life.foundMore) times more found than said, \(attempts) replays,"
                + " \(Int(Date.now.timeIntervalSince(start))) s")
    }

    @Test func shouldOpenAfterKillsWhileAStoreIsMade() throws {
        let stream = try CrashStream(lines: 5_000, seed: 3, in: folder)
        var random = SeededGenerator(seed: 5)
        var unmade = 0
        for round in 0..<TestBudget.rounds(40) {
            let store = CrashStore(path: folder("new-\(round)"), folder: folder)
            let process = try CrashProcess(
                stream.replay(into: store, checkpointEvents: 4_096), in: folder)
            _ = process.runs { store.has("LOCK") }
            crashPause(below: round % 2 == 0 ? 8 : 60, &random)
            process.kill()
            if !store.has("scratch") { unmade += 1 }
            // The same command again; its key file must still be the store's.
            _ = try CrashAnswer.expect(
                stream.replay(into: store, checkpointEvents: 4_096), in: folder)
            #expect(try store.content().digest == stream.digest)
            store.remove()
        }
        print("kill -9: \(unmade) stores were killed half made")
        #expect(unmade >= 5)
    }

    /// Each opening after a kill writes the log's tail out as a file, and the fourth makes one file
    /// of four; a checkpoint then trims the log up to the last record, but not with it.
    @Test func shouldKeepTheRecordThatTheCheckpointRestsOn() throws {
        let stream = try CrashStream(lines: 60_000, seed: 13, in: folder)
        var life = CrashLife(
            stream, in: folder, named: "trimmed", checkpointEvents: 1_000_000, seed: 2)
        for round in 1...9 {
            try life.strike(.behind, after: 1, within: 1)
            guard life.foldedLines < stream.lineCount else { break }
            let copy = try life.store.copy(to: folder("copy"))
            let export = try copy.export()
            #expect(try copy.content().digest == stream.digest(of: life.foldedLines), "\(round)")
            #expect(try copy.export() == export)
        }
        try life.finish()
    }

    /// A store that has lost its log is refused, whatever was asked of it in between.
    @Test func shouldNotMakeALostLogNew() throws {
        let stream = try CrashStream(lines: 20_000, seed: 17, in: folder)
        var life = CrashLife(
            stream, in: folder, named: "lost", checkpointEvents: 1_000_000, seed: 3)
        while life.foldedLines == 0 { try life.strike(.behind, after: 1, within: 1) }
        try FileManager.default.removeItem(atPath: life.store.file("log"))
        #expect(try life.store.contentOrRefusal().refusal.contains("/log is missing"))
        #expect(try life.store.faults().contains("/log is missing"))
        #expect(try life.store.contentOrRefusal().refusal.contains("/log is missing"))
    }

    /// Who goes on behind the last acknowledged line does not meet the refusals before it again.
    @Test func shouldHaveListedWhatItRefusedBeforeItAcknowledged() throws {
        let stream = try CrashStream(lines: 30_000, seed: 41, in: folder)
        let lines = try String(contentsOfFile: stream.path, encoding: .utf8).split(separator: "\n")
        let mixed = folder("mixed.jsonl")
        var text = ""
        for (index, line) in lines.enumerated() {
            text += line + "\n" + (index % 50 == 0 ? "refused\n" : "")
        }
        try Data(text.utf8).write(to: URL(filePath: mixed))
        let store = CrashStore(path: folder("store"), folder: folder)
        let process = try CrashProcess(
            stream.replay(into: store, checkpointEvents: 1_000_000, file: mixed)
                + ["--rejects", folder("rejects")],
            in: folder)
        _ = process.runs { process.acknowledgements.count >= 3 }
        process.kill()
        let acknowledged = try #require(process.acknowledgements.last)
        let listed = try Data(contentsOf: URL(filePath: folder("rejects")))
        #expect(listed.count { $0 == UInt8(ascii: "\n") } >= acknowledged / 50)
    }

    /// Folders are made, and their names synced, under every spelling of a path.
    @Test func shouldMakeAStoreUnderEverySpellingOfAPath() throws {
        let spellings = [
            "j", "k/", "./l", "a/b//c/", folder.path + "/deep/er", "//" + folder.path + "//x",
        ]
        for (name, path) in zip(["j", "k", "l", "a/b/c", "deep/er", "x"], spellings) {
            let answer = try CrashAnswer(["stats", "--data", path], in: folder, at: folder.path)
            #expect(answer.status == 0, "\(path): \(answer.errors)")
            #expect(FileManager.default.fileExists(atPath: folder(name + "/store.json")), "\(path)")
        }
    }

    /// A build as people get it has no places where it kills itself.
    @Test func shouldKnowNoPlaceToBeKilledAt() throws {
        let store = try TestStore()
        let made = try store.run("stats", environment: ["KINDRED_KILL_AT": "storeDescribed:1"])
        #expect(made.status == 0, "\(made.errors)")
    }
}
