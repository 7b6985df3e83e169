import Foundation
import GraphCore
import NodeRuntime
import TestSupport
import Testing

/// A checkpoint is there whole or not at all: killed inside it, killed at each of its steps, and
/// with its files cut.
@Suite("Checkpoint atomicity", .serialized)
struct CheckpointAtomicityTests {
    private static let sortedFile = "scratch/checkpoint.sst"
    private let folder: CrashFolder

    init() throws { folder = try CrashFolder() }

    /// With one of every event the writer waits for each; with fewer it goes on beside.
    @Test(arguments: [1, 5_000])
    func shouldBeWholeOrAbsentWhenKilledInside(checkpointEvents: Int) throws {
        let wanted = TestBudget.isNightly ? 200 : 12
        let stream = try CrashStream(lines: 120_000, seed: 19, in: folder)
        let start = Date.now
        var (inside, kills, lives) = (0, 0, 0)
        while inside < wanted, kills < wanted * 10 {
            lives += 1
            var life = CrashLife(
                stream, in: folder, named: "inside-\(lives)",
                checkpointEvents: checkpointEvents, seed: UInt64(lives))
            while inside < wanted, life.foldedLines < stream.lineCount {
                let isLeft = try life.strike(
                    .behind, after: life.some(2) - 1, seeing: Self.sortedFile, within: 8)
                if isLeft { inside += 1 }
            }
            kills += life.kills
            try life.finish()
            life.store.remove()
        }
        print(
            "checkpoints: \(inside) of \(kills) kills left an unfinished one,"
                + " \(Int(Date.now.timeIntervalSince(start))) s")
        #expect(inside >= min(wanted, 10))
    }

    @Test func shouldBeWholeOrAbsentWhenKilledAtEachStep() throws {
        guard let steps = try CheckpointSteps(in: folder) else { return }
        let stream = steps.stream
        var random = SeededGenerator(seed: 37)
        let inCheckpoints = steps.insideCheckpoints(TestBudget.isNightly ? .max : 22, &random)
        let chosen = steps.some(TestBudget.isNightly ? .max : 14) + inCheckpoints
        var inside = 0
        for (number, step) in chosen.enumerated() {
            let (store, acknowledged) = try steps.killed(behind: step)
            if store.has(Self.sortedFile) { inside += 1 }
            _ = try CrashAnswer.expect(
                stream.replay(into: store, checkpointEvents: 1, file: stream.emptyPath),
                in: folder)
            let content = try store.content()
            #expect(content.events >= acknowledged, "killed behind step \(step)")
            #expect(content.digest == stream.digest(of: content.events), "behind step \(step)")
            guard number % 3 == 0 || TestBudget.isNightly else { continue }
            _ = try CrashAnswer.expect(
                stream.replay(into: store, from: content.events + 1, checkpointEvents: 6_000),
                in: folder)
            #expect(try store.content().digest == stream.digest, "behind step \(step), continued")
            #expect(try store.faults() == "", "behind step \(step), continued")
        }
        print(
            "checkpoints: killed behind \(chosen.count) of \(steps.count) steps, \(inside) of them"
                + " inside one")
        #expect(inside >= 10)
    }

    @Test func shouldBeWholeOrAbsentWhenItsFilesAreCut() throws {
        guard let steps = try CheckpointSteps(in: folder) else { return }
        var random = SeededGenerator(seed: 23)
        var (opened, refused) = (0, 0)
        for step in steps.insideCheckpoints(TestBudget.isNightly ? 20 : 4, &random) {
            let (killed, _) = try steps.killed(behind: step)
            let whole = try killed.copy(to: folder("whole")).content()
            for (file, count) in try Self.cuts(of: killed, &random) {
                let store = try killed.copy(to: folder("cut"))
                #expect(truncate(store.file(file), off_t(count)) == 0)
                let (content, refusal) = try store.contentOrRefusal()
                let what = "\(file) cut to \(count) behind step \(step)"
                if let content {
                    opened += 1
                    #expect(content.digest == steps.stream.digest(of: content.events), "\(what)")
                    // A log that is cut has lost its end; nothing else may cost an event.
                    let isLog = file.hasPrefix("log/")
                    #expect(content.events == whole.events || isLog, "\(what)")
                } else {
                    refused += 1
                    #expect(!refusal.isEmpty)
                }
            }
        }
        print("checkpoints: cut files, \(opened) opened as they were, \(refused) refused")
        #expect(opened > 0)
        #expect(refused > 0)
    }

    /// Files of a store, and lengths to cut them to.
    private static func cuts(
        of store: CrashStore, _ random: inout SeededGenerator
    ) throws -> [(file: String, count: Int)] {
        let manager = FileManager.default
        var cuts: [(file: String, count: Int)] = []
        for name in try manager.subpathsOfDirectory(atPath: store.path).sorted() {
            let attributes = try manager.attributesOfItem(atPath: store.file(name))
            let size = attributes[.size] as? Int ?? 0
            guard attributes[.type] as? FileAttributeType == .typeRegular, size > 0,
                !name.contains("LOG"), !name.contains("OPTIONS"), !name.contains("IDENTITY")
            else { continue }
            cuts += [(name, 0), (name, size - 1)]
            cuts.append((name, random.below(size)))
            // A MANIFEST ends with the changes of the checkpoint under way.
            guard name.contains("MANIFEST") else { continue }
            cuts += stride(from: max(0, size - 240), to: size, by: 9).map { (name, $0) }
        }
        return cuts
    }
}
