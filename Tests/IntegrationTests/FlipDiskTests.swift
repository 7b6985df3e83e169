import Commands
import Foundation
import RocksStore
import TestSupport
import Testing

/// Disks that are full, and disks that fail.
@Suite("Full and failing disks", .serialized) struct FlipDiskTests {
    /// More than the disks of the first test have room for.
    private static let manyEvents = 60_000
    /// Six records, a checkpoint after every second.
    private static let fewEvents = 24_000

    /// Needs the right to mount (a root of its own kind of machine): left out elsewhere.
    @Test(.enabled(if: FlipMount.isAllowed, "this user may not mount a tmpfs"))
    func shouldLoseNothingOnAFullDisk() throws {
        let folder = try BackupScratch()
        let file = try Self.writeEvents(Self.manyEvents, folder)
        let expected = try Self.replayed(file, into: folder("reference"), folder)
        for mebibytes in [17, 20] {
            let mount = try FlipMount(folder, "disk-\(mebibytes)", mebibytes: mebibytes)
            let store = mount.path + "/store"
            let run = try Self.replay(file, into: store, folder)
            #expect(run.status == 3)
            #expect(
                run.errors.contains("No space left") && run.errors.contains("free space"),
                "\(run.errors)")
            let acknowledged = Self.acknowledged(run)
            try mount.fill()
            let full = try BackupProgram.run(["stats", "--data", store, "--json"])
            try #require(full.status == 0, "\(mebibytes) MiB: \(full.errors)")
            #expect(try #require(full.object()["events"] as? Int) >= acknowledged)
            let digest = try BackupProgram.run(["digest", "--data", store, "--json"])
            #expect(digest.status == 0, "\(digest.errors)")
            let refused = try Self.replay(file, into: store, folder)
            #expect(refused.status == 3)
            #expect(refused.errors.contains("No space left"), "\(refused.errors)")
            try mount.makeRoom()
            #expect(try Self.replayed(file, into: store, folder) == expected)
            #expect(try BackupProgram.run(["verify", "--data", store]).status == 0)
        }
    }

    /// The first failed sync ends the program, whichever it is; what was acknowledged is there.
    @Test(.enabled(if: FlipSyncFault.isAvailable, "there is no clang"))
    func shouldStopAtAFailedSyncAndLoseNothing() throws {
        let folder = try BackupScratch()
        let fault = try FlipSyncFault(folder)
        let file = try Self.writeEvents(Self.fewEvents, folder)
        let expected = try Self.replayed(file, into: folder("reference"), folder)
        var (number, stopped) = (0, 0)
        let step = TestBudget.isNightly ? 1 : 7
        while true {
            number += step
            let store = folder("store-\(number)")
            let run = try Self.replay(
                file, into: store, folder, "--durability", "fsync",
                environment: fault.environment(from: number))
            if run.status == 0 { break }
            stopped += 1
            #expect(run.status == 3, "sync \(number): \(run.errors)")
            #expect(run.errors.contains("Input/output error"), "sync \(number): \(run.errors)")
            let calls = try fault.takeJournal()
            let failed = calls.filter { $0.hasPrefix("failed") }
            #expect(Set(failed).count == failed.count, "sync \(number) was tried again: \(failed)")
            // RocksDB does without its option files, which no opening reads: then the next one.
            #expect(failed.count <= 2, "sync \(number) did not stop it: \(failed)")
            #expect(calls.last?.hasPrefix("failed") == true, "nothing follows sync \(number)")
            let events = try Self.events(in: store, after: number)
            #expect(events >= Self.acknowledged(run), "sync \(number)")
            #expect(try Self.replayed(file, into: store, folder) == expected, "sync \(number)")
            try FileManager.default.removeItem(atPath: store)
        }
        #expect(stopped > 40 / step)
    }

    /// A sync that fails under a backup or a restore: no backup, no store, and nothing else lost.
    @Test(.enabled(if: FlipSyncFault.isAvailable, "there is no clang"))
    func shouldMakeNoCopyThatWasNotSynced() throws {
        let folder = try BackupScratch()
        let fault = try FlipSyncFault(folder)
        let (store, copies) = (folder("store"), folder("copies"))
        let lines = BackupEvents.mixed(600, seed: 32)
        let first = try BackupTests.fold(lines[..<300], into: store, checkpointed: 300)
        _ = try BackupTests.backUp(store, to: copies)
        let second = try BackupTests.fold(lines[300...], into: store, checkpointed: 200)
        let step = TestBudget.isNightly ? 1 : 3
        let backups = try Self.failing(fault, step) { (number, environment) in
            try BackupProgram.run(["backup", copies, "--data", store], environment: environment)
        } afterwards: { _ in
            #expect(try BackupProgram.run(["backup", copies, "--check"]).status == 0)
            let newest = try BackupProgram.run(
                ["restore", copies, "--data", folder("newest"), "--json"])
            #expect(try newest.object()["digest"] as? String == first, "only the first is whole")
            try FileManager.default.removeItem(atPath: folder("newest"))
        }
        #expect(backups > 4)
        let restores = try Self.failing(fault, step) { (number, environment) in
            try BackupProgram.run(
                ["restore", copies, "--data", folder("target-\(number)"), "--json"],
                environment: environment)
        } afterwards: { number in
            let names = ["store.json", "node-key", "log", "partitions"]
            let left = names.filter {
                FileManager.default.fileExists(atPath: folder("target-\(number)/\($0)"))
            }
            #expect(left == [], "sync \(number)")
        }
        #expect(restores > 4)
        let probe = try StoreProbe(folder: store)
        #expect(probe.digest == second)
        probe.close()
    }

    /// Runs a command with the first, a later, and so on sync failing, until none does; how many
    /// failed.
    private static func failing(
        _ fault: FlipSyncFault, _ step: Int,
        _ run: (_ number: Int, _ environment: [String: String]) throws -> BackupProgram,
        afterwards: (_ number: Int) throws -> Void
    ) throws -> Int {
        var (number, stopped) = (1, 0)
        while true {
            let ended = try run(number, fault.environment(from: number))
            if ended.status == 0 { return stopped }
            stopped += 1
            #expect(ended.status == 3, "sync \(number): \(ended.errors)")
            #expect(ended.errors.contains("Input/output error"), "sync \(number): \(ended.errors)")
            let failed = try fault.takeJournal().filter { $0.hasPrefix("failed") }
            #expect(Set(failed).count == failed.count, "sync \(number) again: \(failed)")
            try afterwards(number)
            number += step
        }
    }

    /// A file that the checkpoints lack is taken from the scratch folder if it is that very file.
    @Test func shouldTakeBackOnlyTheFileThatIsMissing() throws {
        let folder = try BackupScratch()
        let store = folder("store")
        let digest = try BackupTests.fold(
            BackupEvents.mixed(600, seed: 31)[...], into: store, checkpointed: 300)
        let probe = try StoreProbe(folder: store)
        try probe.checkpoint()
        probe.close()
        let image = try BackupFolderImage(of: store)
        let tables = image.files.filter { $0.name.hasSuffix(".sst") && $0.name.hasPrefix("part") }
        let (older, newest) = (try #require(tables.first), try #require(tables.last))
        try #require(older.name != newest.name)
        unlink(store + "/" + newest.name)
        try Data(older.bytes).write(to: URL(filePath: store + "/scratch/checkpoint.sst"))
        try BackupTests.expectRefusal(["digest", "--data", store], newest.name)
        try Data(newest.bytes).write(to: URL(filePath: store + "/scratch/checkpoint.sst"))
        let again = try StoreProbe(folder: store)
        #expect(again.digest == digest)
        #expect(try again.faults() == [])
        again.close()
    }

    // MARK: Parts

    private static func writeEvents(_ count: Int, _ folder: BackupScratch) throws -> String {
        let key = BackupEvents.key + "\n"
        try Data(key.utf8).write(to: URL(filePath: folder("key")))
        let file = folder("events.jsonl")
        let run = try BackupProgram.run(
            ["generate", "--links", "\(count)", "--seed", "30", "--output", file])
        try #require(run.status == 0)
        return file
    }

    private static func replay(
        _ file: String, into store: String, _ folder: BackupScratch, _ more: String...,
        environment: [String: String] = [:]
    ) throws -> BackupProgram {
        try BackupProgram.run(
            ["replay", file, "--data", store, "--checkpoint-events", "6000"]
                + ["--key-file", folder("key")] + more, environment: environment)
    }

    /// The events that a store holds which a failed sync has stopped.
    private static func events(in store: String, after number: Int) throws -> Int {
        // Stopped before it was a store: asking would make one, of another key.
        guard FileManager.default.fileExists(atPath: store + "/store.json") else { return 0 }
        let run = try BackupProgram.run(["stats", "--data", store, "--json"])
        try #require(run.status == 0, "sync \(number): \(run.errors)")
        let verified = try BackupProgram.run(["verify", "--data", store])
        #expect(verified.status == 0, "sync \(number): \(verified.output) \(verified.errors)")
        return try #require(try run.object()["events"] as? Int)
    }

    /// Replays to the end; the digest.
    private static func replayed(
        _ file: String, into store: String, _ folder: BackupScratch
    ) throws -> String {
        let run = try replay(file, into: store, folder)
        try #require(run.status == 0, "\(run.errors)")
        let digest = try BackupProgram.run(["digest", "--data", store, "--json"])
        return try #require(try digest.object()["digest"] as? String)
    }

    /// How many events the program said are safe when it stopped.
    private static func acknowledged(_ run: BackupProgram) -> Int {
        let words = run.errors.split(whereSeparator: { " \n".contains($0) })
        guard let index = words.lastIndex(of: "acknowledged:") else { return 0 }
        return Int(words[index + 1]) ?? 0
    }
}

/// A small disk in memory.
final class FlipMount {
    let path: String

    /// Whether this user may mount.
    static let isAllowed: Bool = {
        guard let folder = try? BackupScratch() else { return false }
        return (try? FlipMount(folder, "probe", mebibytes: 1)) != nil
    }()

    /// The folder that it is mounted in: removed once it is unmounted, not before.
    private let folder: BackupScratch

    init(_ folder: BackupScratch, _ name: String, mebibytes: Int) throws {
        self.folder = folder
        let path = folder(name)
        mkdir(path, 0o700)
        guard mount("kindred-test", path, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
            throw BackupTestError("cannot mount: \(errno)")
        }
        self.path = path
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    /// Takes the last byte of room.
    func fill() throws {
        let file = open(path + "/ballast", O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        let page = [UInt8](repeating: 1, count: 4_096)
        while write(file, page, page.count) > 0 {}
        guard errno == ENOSPC else { throw BackupTestError("cannot fill: \(errno)") }
    }

    /// Makes the disk larger.
    func makeRoom() throws {
        unlink(path + "/ballast")
        guard mount("kindred-test", path, "tmpfs", UInt(MS_REMOUNT), "size=400m") == 0
        else { throw BackupTestError("cannot remount: \(errno)") }
    }
}

/// A library that fails the program's syncs, built by the test.
struct FlipSyncFault {
    private let library: String
    private let journal: String

    private static let compiler: String? = {
        let folders = (TestBudget.variable("PATH") ?? "").split(separator: ":")
        return folders.map { "\($0)/clang" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }()

    /// Whether there is a compiler to build it with.
    static var isAvailable: Bool { compiler != nil }

    init(_ folder: BackupScratch) throws {
        library = folder("sync-fault.so")
        journal = folder("syncs")
        let process = Process()
        process.executableURL = URL(filePath: Self.compiler ?? "")
        process.arguments = [
            "-shared", "-fPIC", "-o", library,
            FixtureFiles.root + "/Tests/IntegrationTests/FlipSyncFault.c", "-ldl",
        ]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BackupTestError("clang failed") }
    }

    /// What the program's environment needs to have syncs fail from that call on, counted from 1.
    func environment(from number: Int) -> [String: String] {
        [
            "LD_PRELOAD": library, "SYNC_FAULT_FROM": "\(number)", "SYNC_FAULT_JOURNAL": journal,
        ]
    }

    /// The calls so far; the next program's begin anew.
    func takeJournal() throws -> [Substring] {
        let text = try String(contentsOfFile: journal, encoding: .utf8)
        unlink(journal)
        return text.split(separator: "\n")
    }
}
