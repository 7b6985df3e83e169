import Commands
import Foundation
import TestSupport
import Testing

/// What each command says where there is no room, and that it goes on once there is.
@Suite(
    "Commands on a full disk",
    .serialized, .enabled(if: FlipMount.isAllowed, "this user may not mount a tmpfs"))
struct FullDiskTests {
    private static let mebibytes = 40

    /// A disk with a store that has a tail, filled to its last byte.
    private struct FullDisk {
        let folder: BackupScratch
        let mount: FlipMount
        let store: String
        let digest: String

        init(hasTail: Bool, _ partitions: Int) throws {
            folder = try BackupScratch()
            mount = try FlipMount(folder, "disk", mebibytes: FullDiskTests.mebibytes)
            store = mount.path + "/store"
            let lines = BackupEvents.mixed(1_000, seed: 41)
            digest = try BackupTests.fold(
                lines[...], into: store, checkpointed: hasTail ? 500 : 1_000,
                partitions: partitions)
            try mount.fill()
        }
    }

    /// Questions that the graph answers are answered; those that need a checkpoint say why not.
    @Test(arguments: PartitionCounts.all)
    func shouldReadAndNotWriteWithATail(_ partitions: Int) throws {
        let disk = try FullDisk(hasTail: true, partitions)
        let store = ["--data", disk.store]
        let digest = try BackupProgram.run(["digest", "--json"] + store)
        #expect(try digest.object()["digest"] as? String == disk.digest)
        let id = "email:ana1@example.com"
        let questions = [["stats"], ["resolve", id], ["explain", id, id], ["component", id]]
        for words in questions + [["profiles", "show"]] {
            let run = try BackupProgram.run(words + store)
            #expect(run.status == 0 && !run.output.isEmpty, "\(words): \(run.errors)")
        }
        let rules = disk.folder("rules.yaml")
        try Data("strict: true\nattributes: []\n".utf8).write(to: URL(filePath: rules))
        for words in [
            ["profiles", "apply", rules], ["export"], ["top"], ["verify"],
            ["backup", disk.folder("copies")],
            ["resolve", "--file", "/dev/null"],
            ["link", "a:1", "b:1", "--source", "x"],
        ] {
            try BackupTests.expectRefusal(words + store, "No space left")
        }
        try disk.mount.makeRoom()
        for words in [
            ["export"], ["verify"], ["link", "a:1", "b:1", "--source", "x"],
            ["profiles", "apply", rules],
        ] {
            let run = try BackupProgram.run(words + store)
            #expect(run.status == 0, "\(words): \(run.errors)")
        }
    }

    /// A store at rest is read whole: its checkpoint holds everything.
    @Test(arguments: PartitionCounts.all)
    func shouldExportAndVerifyAStoreAtRest(_ partitions: Int) throws {
        let disk = try FullDisk(hasTail: false, partitions)
        let store = ["--data", disk.store]
        let export = try BackupProgram.run(["export"] + store)
        #expect(export.status == 0 && export.output.contains("email,"), "\(export.errors)")
        let verify = try BackupProgram.run(["verify"] + store)
        #expect(verify.status == 0 && verify.output.hasPrefix("no fault"), "\(verify.errors)")
    }

    /// An answer that finds no room names the place and is told from a whole one by its status.
    @Test func shouldTellWhereAnAnswerFindsNoRoom() throws {
        let folder = try BackupScratch()
        let store = ["--data", folder("store")]
        let digest = try BackupTests.fold(
            BackupEvents.mixed(1_000, seed: 42)[...], into: folder("store"), checkpointed: 1_000)
        let mount = try FlipMount(folder, "disk", mebibytes: 1)
        try mount.fill()
        let file = mount.path + "/answer"
        for words in [
            ["export", "--output", file] + store, ["generate", "--links", "9", "--output", file],
        ] {
            try BackupTests.expectRefusal(words, "cannot write \(file): No space left")
        }
        let events = folder("events")
        try Data("no event\n".utf8).write(to: URL(filePath: events))
        let replay = try BackupProgram.run(
            ["replay", events, "--rejects", file] + store)
        #expect(replay.status == 3 && replay.errors.contains(file), "\(replay.errors)")
        let shell = try BackupProgram.run(["export"] + store, output: "/dev/full")
        #expect(shell.status == 3)
        #expect(shell.errors.contains("standard output: No space left"), "\(shell.errors)")
        // What could not be told has changed nothing.
        let after = try BackupProgram.run(["digest", "--json"] + store)
        #expect(try after.object()["digest"] as? String == digest)
    }

    /// No room for a copy: the earlier ones are whole, and nothing is left of a store.
    @Test(arguments: PartitionCounts.all)
    func shouldLeaveBackupsWholeWhereOneFindsNoRoom(_ partitions: Int) throws {
        let folder = try BackupScratch()
        let store = folder("store")
        let lines = BackupEvents.mixed(2_000, seed: 43)
        let mount = try FlipMount(folder, "disk", mebibytes: 8)
        let copies = mount.path + "/copies"
        let digest = try BackupTests.fold(
            lines[..<1_000], into: store, checkpointed: 1_000, partitions: partitions)
        _ = try BackupTests.backUp(store, to: copies)
        let later = try BackupTests.fold(lines[1_000...], into: store, checkpointed: 1_000)
        try mount.fill()
        try BackupTests.expectRefusal(["backup", copies, "--data", store], "No space left")
        #expect(try BackupProgram.run(["backup", copies, "--check"]).status == 0)
        let target = mount.path + "/target"
        try BackupTests.expectRefusal(["restore", copies, "--data", target], "No space left")
        #expect(!FileManager.default.fileExists(atPath: target + "/store.json"))
        let restored = try BackupProgram.run(
            ["restore", copies, "--data", folder("restored"), "--json"])
        #expect(try restored.object()["digest"] as? String == digest)
        try mount.makeRoom()
        let backup = try BackupTests.backUp(store, to: copies)
        #expect(backup["digest"] as? String == later)
        #expect(try BackupProgram.run(["restore", copies, "--data", target]).status == 0)
    }

    /// No store is begun where there is no room for one.
    @Test(arguments: PartitionCounts.all)
    func shouldNotBeginAStoreWithoutRoom(_ partitions: Int) throws {
        let folder = try BackupScratch()
        let mount = try FlipMount(folder, "disk", mebibytes: 8)
        let store = mount.path + "/store"
        try BackupTests.expectRefusal(
            ["link", "a:1", "b:1", "--source", "x", "--data", store], "No space left")
        #expect(!FileManager.default.fileExists(atPath: store + "/store.json"))
        try mount.makeRoom()
        let run = try BackupProgram.run(
            ["link", "a:1", "b:1", "--source", "x", "--data", store],
            environment: ["KINDRED_PARTITIONS": "\(partitions)"])
        #expect(run.status == 0, "\(run.errors)")
    }

    /// The disk fills while the store is open: what was acknowledged stays, the store ends well,
    /// and the same process goes on when there is room.
    @Test(arguments: PartitionCounts.all)
    func shouldGoOnInOneProcess(_ partitions: Int) throws {
        let folder = try BackupScratch()
        let mount = try FlipMount(folder, "disk", mebibytes: 100)
        let store = mount.path + "/store"
        let lines = BackupEvents.mixed(90_000, seed: 44)
        let probe = try StoreProbe(
            folder: store, key: BackupEvents.key, partitions: UInt16(partitions))
        try probe.fold(Array(lines[..<1_000]))
        try mount.fill()
        var folded = 1_000
        var refusal: StoreRefusal?
        for record in Array(lines[1_000...]).runs(of: 1_000) where refusal == nil {
            do throws(StoreRefusal) {
                try probe.fold(Array(record))
                folded += record.count
            } catch {
                refusal = error
            }
        }
        #expect(try #require(refusal).message.contains("No space left"))
        probe.close()

        let reader = try StoreProbe(folder: store)
        #expect(reader.events >= folded)
        #expect(throws: StoreRefusal.self) { try reader.fold(Array(lines[..<10])) }
        reader.close()

        try mount.makeRoom()
        let writer = try StoreProbe(folder: store)
        try writer.fold(Array(lines[folded...]))
        #expect(try writer.faults() == [])
        let twin = try StoreProbe(folder: folder("twin"), key: BackupEvents.key)
        try twin.fold(lines)
        #expect(writer.digest == twin.digest)
        try writer.finish()
        twin.close()
    }

    /// The disk fills while a replay folds: it says what is acknowledged, that is there, and the
    /// same replay goes on when there is room.
    @Test(arguments: PartitionCounts.all)
    func shouldGoOnWithAReplay(_ partitions: Int) throws {
        let folder = try BackupScratch()
        let mount = try FlipMount(folder, "disk", mebibytes: 60)
        let (events, key, store) = (folder("events"), folder("key"), mount.path + "/store")
        try Data((BackupEvents.key + "\n").utf8).write(to: URL(filePath: key))
        let generated = try BackupProgram.run(
            ["generate", "--links", "300000", "--unlinks", "5", "--seed", "46"]
                + ["--output", events])
        try #require(generated.status == 0)
        let environment = ["KINDRED_PARTITIONS": "\(partitions)", "KINDRED_KEY_FILE": key]
        let replay = ["replay", events, "--memory", "64MiB", "--checkpoint-events", "20000"]
        let cut = try BackupProgram.run(
            replay + ["--data", store], environment: environment)
        #expect(cut.status == 3 && cut.errors.contains("No space left"), "\(cut.errors)")
        let acknowledged = try #require(
            cut.errors.firstMatch(of: /acknowledged: ([0-9]+) events/).flatMap { Int($0.1) })
        #expect(acknowledged > 0)
        let stats = try BackupProgram.run(["stats", "--json", "--data", store])
        try #require(stats.status == 0, "\(stats.errors)")
        #expect(try #require(try stats.object()["events"] as? Int) >= acknowledged)

        try mount.makeRoom()
        let rest = try BackupProgram.run(replay + ["--data", store], environment: environment)
        #expect(rest.status == 0, "\(rest.errors)")
        let twin = folder("twin")
        let whole = try BackupProgram.run(replay + ["--data", twin], environment: environment)
        #expect(whole.status == 0, "\(whole.errors)")
        var digests: [String] = []
        for data in [store, twin] {
            let digest = try BackupProgram.run(["digest", "--data", data])
            digests.append(digest.output)
            #expect(try BackupProgram.run(["verify", "--data", data]).status == 0)
        }
        #expect(digests[0] == digests[1])
    }

    /// No room for a store of another number of partitions: nothing is left of it, and the old one
    /// is as it was.
    @Test func shouldKeepNothingOfARepartitionWithoutRoom() throws {
        let folder = try BackupScratch()
        let mount = try FlipMount(folder, "disk", mebibytes: 40)
        let (store, into) = (folder("store"), mount.path + "/new")
        let generated = try BackupProgram.run(
            ["generate", "--links", "200000", "--output", folder("events")])
        try #require(generated.status == 0)
        let replay = try BackupProgram.run(["replay", folder("events"), "--data", store])
        try #require(replay.status == 0, "\(replay.errors)")
        let words = ["repartition", "--data", store, "--into", into, "--partitions", "3"]
        let cut = try BackupProgram.run(words)
        #expect(cut.status == 3 && cut.errors.contains("No space left"), "\(cut.errors)")
        #expect(cut.errors.contains("nothing is kept of the new store"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: into) == ["LOCK"])
        try mount.makeRoom()
        let done = try BackupProgram.run(words)
        #expect(done.status == 0, "\(done.errors)")
        let digests = try [store, into].map { try BackupProgram.run(["digest", "--data", $0]) }
        #expect(digests[0].status == 0 && digests[0].output == digests[1].output)
        #expect(try BackupProgram.run(["verify", "--data", into]).status == 0)
    }

    /// Too little room for the checkpoint at its end: the log keeps the tail, and all is well.
    @Test(arguments: PartitionCounts.all)
    func shouldEndWithoutACheckpointWhereThereIsNoRoom(_ partitions: Int) throws {
        let folder = try BackupScratch()
        let mount = try FlipMount(folder, "disk", mebibytes: 60)
        let store = mount.path + "/store"
        let probe = try StoreProbe(
            folder: store, key: BackupEvents.key, partitions: UInt16(partitions))
        try probe.fold(BackupEvents.mixed(1_000, seed: 45))
        let digest = probe.digest
        try mount.fill()
        try probe.finish()
        let run = try BackupProgram.run(["stats", "--data", store, "--json"])
        let tail = try #require(try run.object()["tail_records"] as? Int, "\(run.errors)")
        #expect(tail >= partitions)
        try mount.makeRoom()
        let again = try StoreProbe(folder: store)
        #expect(again.digest == digest)
        #expect(try again.faults() == [])
        again.close()
    }
}
