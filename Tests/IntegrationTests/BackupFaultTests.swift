import Commands
import Foundation
import TestSupport
import Testing

@Suite("Backups under faults") struct BackupFaultTests {
    private static let kills = 20

    /// SIGKILL at random moments of a backup: the earlier one and the store stay whole.
    @Test func shouldKeepEarlierBackupsWhenOneIsKilled() throws {
        let folder = try BackupScratch(inMemory: false)
        let (store, copies) = (folder("store"), folder("copies"))
        let lines = BackupEvents.mixed(3_000, seed: 11)
        let first = try BackupTests.fold(lines[..<2_000], into: store, checkpointed: 1_000)
        let start = ContinuousClock.now
        _ = try BackupTests.backUp(store, to: copies)
        let length = (ContinuousClock.now - start) / .seconds(1)
        let digest = try BackupTests.fold(lines[2_000...], into: store, checkpointed: 500)
        var random = SeededGenerator(seed: 12)
        var killed = 0
        for round in 0..<Self.kills {
            let after = length * Double(random.below(1_000)) / 1_000
            let run = try BackupProgram.run(
                ["backup", copies, "--data", store], killedAfter: after)
            killed += run.status == 128 + SIGKILL ? 1 : 0
            let check = try BackupProgram.run(["backup", copies, "--check"])
            #expect(check.status == 0, "round \(round) killed after \(after) s: \(check.output)")
        }
        #expect(killed > Self.kills / 4, "only \(killed) backups were killed under way")
        let early = try BackupProgram.run(
            ["restore", copies, "--data", folder("early"), "--id", "1", "--json"])
        #expect(try early.object()["digest"] as? String == first)
        let probe = try StoreProbe(folder: store)
        #expect(probe.digest == digest)
        probe.close()
        // The next one clears away what they left, and is whole.
        _ = try BackupTests.backUp(store, to: copies, "--keep", "1")
        let late = try BackupProgram.run(
            ["restore", copies, "--data", folder("late"), "--json"])
        #expect(try late.object()["digest"] as? String == digest)
        #expect(try Self.temporaryNames(in: copies) == [])
    }

    /// SIGKILL at random moments of a restore: no store, or the whole store.
    @Test func shouldLeaveNoStoreWhenARestoreIsKilled() throws {
        let folder = try BackupScratch(inMemory: false)
        let (store, copies) = (folder("store"), folder("copies"))
        let lines = BackupEvents.mixed(2_000, seed: 13)
        let digest = try BackupTests.fold(lines[...], into: store, checkpointed: 1_000)
        _ = try BackupTests.backUp(store, to: copies)
        let start = ContinuousClock.now
        _ = try BackupProgram.run(["restore", copies, "--data", folder("timed")])
        let length = (ContinuousClock.now - start) / .seconds(1)
        var random = SeededGenerator(seed: 14)
        var unfinished = 0
        for round in 0..<Self.kills {
            let target = folder("target-\(round)")
            let after = length * Double(random.below(1_000)) / 1_000
            _ = try BackupProgram.run(["restore", copies, "--data", target], killedAfter: after)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: target)) ?? []
            if names.contains("store.json") {
                let probe = try StoreProbe(folder: target)
                #expect(probe.digest == digest)
                probe.close()
            } else if names.contains("RESTORE-UNFINISHED") {
                unfinished += 1
                try BackupTests.expectRefusal(["stats", "--data", target], "did not finish")
                try BackupTests.expectRefusal(["restore", copies, "--data", target], "remove")
            } else {
                #expect(names == [] || names == ["LOCK"], "\(names) after \(after) s")
            }
        }
        #expect(unfinished > 0, "no restore was killed under way")
    }

    /// A flipped bit anywhere in a folder of backups: found, or without effect.
    @Test func shouldNeverRestoreWhatWasDamaged() throws {
        let folder = try BackupScratch()
        let (store, copies) = (folder("store"), folder("copies"))
        let lines = BackupEvents.mixed(300, seed: 15)
        let digest = try BackupTests.fold(lines[...], into: store, checkpointed: 200)
        _ = try BackupTests.backUp(store, to: copies)
        let image = try BackupFolderImage(of: copies)
        var random = SeededGenerator(seed: 16)
        var found = 0
        for round in 0..<TestBudget.rounds(60) {
            let index = random.below(image.files.count)
            var bytes = image.files[index].bytes
            guard !bytes.isEmpty else { continue }
            bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
            try image.write(to: copies, changed: index, bytes: bytes)
            let target = folder("target-\(round)")
            let run = try BackupProgram.run(["restore", copies, "--data", target, "--json"])
            if run.status == 0 {
                #expect(try run.object()["digest"] as? String == digest)
            } else {
                found += 1
                #expect(run.status == 3, "\(image.files[index].name): \(run.errors)")
                let name = (image.files[index].name as NSString).lastPathComponent
                #expect(run.errors.contains(name), "\(image.files[index].name): \(run.errors)")
                #expect(!FileManager.default.fileExists(atPath: target + "/store.json"))
                #expect(!FileManager.default.fileExists(atPath: target + "/node-key"))
            }
            try? FileManager.default.removeItem(atPath: target)
        }
        #expect(found > 20)
    }

    /// Backups while another thread appends, checkpoints and trims: each is one moment's store.
    @Test func shouldBackUpAStoreThatIsWrittenTo() throws {
        let folder = try BackupScratch()
        let probe = try StoreProbe(folder: folder("store"), key: BackupEvents.key)
        let copies = folder("copies")
        let loop = BackupLoop(probe, copies)
        loop.start()
        var digests = [UInt64: String]()
        digests[0] = probe.digest
        for (index, record) in BackupEvents.mixed(6_000, seed: 17).runs(of: 20).enumerated() {
            try probe.fold(Array(record))
            digests[probe.events] = probe.digest
            if index % 7 == 6 { try probe.checkpoint() }
        }
        let taken = try loop.stop(atLeast: 3)
        probe.close()
        for id in 1...taken {
            let target = folder("target-\(id)")
            let run = try BackupProgram.run(
                ["restore", copies, "--data", target, "--id", "\(id)", "--json"])
            try #require(run.status == 0, "\(run.errors)")
            let events = try #require(try run.object()["events"] as? UInt64)
            #expect(try run.object()["digest"] as? String == digests[events])
            try? FileManager.default.removeItem(atPath: target)
        }
        #expect(taken >= 3)
    }

    private static func temporaryNames(in path: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0.hasSuffix(".tmp") }
    }
}

/// Takes backup after backup on a thread of its own.
///
/// `@unchecked Sendable`: what changes is read and written under `lock`; of the probe, the thread
/// uses what any thread may: its databases, the hold on trims, and what never changes.
final class BackupLoop: @unchecked Sendable {
    private let probe: StoreProbe
    private let copies: String
    private let lock = NSCondition()
    private var taken = 0
    private var wanted = Int.max
    private var isFinished = false
    private var failure: StoreRefusal?

    init(_ probe: StoreProbe, _ copies: String) {
        self.probe = probe
        self.copies = copies
    }

    func start() { Thread.detachNewThread { self.run() } }

    /// Waits until so many are taken, ends the thread and says how many there are.
    func stop(atLeast count: Int) throws -> Int {
        lock.withLock { wanted = count }
        lock.lock()
        defer { lock.unlock() }
        while !isFinished { lock.wait() }
        if let failure { throw failure }
        return taken
    }

    private func run() {
        while lock.withLock({ taken < wanted && failure == nil }) {
            do throws(StoreRefusal) {
                try probe.backUp(to: copies)
                lock.withLock { taken += 1 }
            } catch {
                lock.withLock { failure = error }
            }
        }
        lock.withLock {
            isFinished = true
            lock.broadcast()
        }
    }
}
