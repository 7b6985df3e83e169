import Foundation
import GraphCore
import NodeRuntime
import TestSupport
import Testing

/// kill -9 keeps what the operating system holds; a power loss keeps what was synced. The program
/// runs under a recorder, and at every step of its life the folder is made that a power loss at
/// that moment may leave.
@Suite("Power loss", .serialized)
struct PowerLossTests {
    private let folder: CrashFolder

    init() throws { folder = try CrashFolder() }

    @Test(arguments: [Durability.fsync, .os])
    func shouldKeepItsPromiseAtEveryMoment(durability: Durability) throws {
        guard let recorder = try PowerLossRecorder.build(in: folder) else { return }
        let start = Date.now
        let stream = try CrashStream(lines: 40_000, seed: 21, in: folder)
        var life = try PowerLossLife(
            stream, durability, recorder: recorder, checkpointEvents: 9_000, seed: 31, in: folder)
        let generations = 4
        for generation in 1...generations {
            let (disk, journal) = try life.run(
                untilLines: stream.lineCount * generation / generations)
            let moments = PowerLossLife.moments(disk, journal)
            try life.check(life.some(24, of: moments), disk, journal, each: 8)
            guard let next = life.some(moments.count, of: moments.suffix(40)).first else { return }
            try life.lose(next, disk, journal)
        }
        report(life, since: start)
    }

    @Test func shouldKeepItsPromiseWhereTheLogMovesOn() throws {
        guard let recorder = try PowerLossRecorder.build(in: folder) else { return }
        let start = Date.now
        let stream = try CrashStream(path: try longValues(), in: folder)
        for durability in [Durability.fsync, .os] {
            let folder = try CrashFolder()
            var life = try PowerLossLife(
                stream, durability, recorder: recorder, checkpointEvents: 7_000, seed: 41,
                in: folder)
            let (disk, journal) = try life.run(untilLines: stream.lineCount)
            let logs = journal.entries.filter {
                if case .create(_, let path) = $0 { return path.hasSuffix(".log") }
                return false
            }
            #expect(logs.count > 2, "the log must fill more than one file")
            let moments = PowerLossLife.moments(disk, journal)
            try life.check(life.some(20, of: moments), disk, journal, each: 10)
            report(life, since: start)
        }
    }

    /// A stream whose values are as long as they may be: a log file is full after some 30,000.
    private func longValues() throws -> String {
        let path = folder("long.jsonl")
        var text = ""
        let filler = String(repeating: "x", count: 1_000)
        for line in 0..<40_000 {
            let (a, b) = (line % 9_000, line / 3)
            text += #"{"a":"email:\#(filler)\#(a)","b":"cookie:\#(filler)\#(b)","ts":\#(line)}"#
            text += "\n"
        }
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    private func report(_ life: PowerLossLife, since start: Date) {
        let counts = life.counts
        print(
            "power loss, \(life.durability.rawValue): \(counts.opened) remains opened,"
                + " \(counts.shortened) of them with less than was said, \(counts.refused) refused,"
                + " \(counts.continued) replayed to the end,"
                + " \(Int(Date.now.timeIntervalSince(start))) s")
    }
}
