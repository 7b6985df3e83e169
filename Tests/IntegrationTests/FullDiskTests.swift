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

        init(hasTail: Bool) throws {
            folder = try BackupScratch()
            mount = try FlipMount(folder, "disk", mebibytes: FullDiskTests.mebibytes)
            store = mount.path + "/store"
            let lines = BackupEvents.mixed(1_000, seed: 41)
            digest = try BackupTests.fold(
                lines[...], into: store, checkpointed: hasTail ? 500 : 1_000)
            try mount.fill()
        }
    }

    /// Questions that the graph answers are answered; those that need a checkpoint say why not.
    @Test func shouldReadAndNotWriteWithATail() throws {
        let disk = try FullDisk(hasTail: true)
        let store = ["--data", disk.store]
        let digest = try BackupProgram.run(["digest", "--json"] + store)
        #expect(try digest.object()["digest"] as? String == disk.digest)
        let id = "email:ana1@example.com"
        for words in [["stats"], ["resolve", id], ["explain", id, id], ["component", id]] {
            let run = try BackupProgram.run(words + store)
            #expect(run.status == 0 && !run.output.isEmpty, "\(words): \(run.errors)")
        }
        for words in [
            ["export"], ["top"], ["verify"], ["backup", disk.folder("copies")],
            ["resolve", "--file", "/dev/null"],
            ["link", "a:1", "b:1", "--source", "x"],
        ] {
            try BackupTests.expectRefusal(words + store, "No space left")
        }
        try disk.mount.makeRoom()
        for words in [["export"], ["verify"], ["link", "a:1", "b:1", "--source", "x"]] {
            let run = try BackupProgram.run(words + store)
            #expect(run.status == 0, "\(words): \(run.errors)")
        }
    }

    /// A store at rest is read whole: its checkpoint holds everything.
    @Test func shouldExportAndVerifyAStoreAtRest() throws {
        let disk = try FullDisk(hasTail: false)
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
    @Test func shouldLeaveBackupsWholeWhereOneFindsNoRoom() throws {
        let folder = try BackupScratch()
        let store = folder("store")
        let lines = BackupEvents.mixed(2_000, seed: 43)
        let mount = try FlipMount(folder, "disk", mebibytes: 8)
        let copies = mount.path + "/copies"
        let digest = try BackupTests.fold(lines[..<1_000], into: store, checkpointed: 1_000)
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
    @Test func shouldNotBeginAStoreWithoutRoom() throws {
        let folder = try BackupScratch()
        let mount = try FlipMount(folder, "disk", mebibytes: 8)
        let store = mount.path + "/store"
        try BackupTests.expectRefusal(
            ["link", "a:1", "b:1", "--source", "x", "--data", store], "No space left")
        #expect(!FileManager.default.fileExists(atPath: store + "/store.json"))
        try mount.makeRoom()
        let run = try BackupProgram.run(["link", "a:1", "b:1", "--source", "x", "--data", store])
        #expect(run.status == 0, "\(run.errors)")
    }

    /// The disk fills while the store is open: what was acknowledged stays, the store ends well,
    /// and the same process goes on when there is room.
    @Test func shouldGoOnInOneProcess() throws {
        let folder = try BackupScratch()
        let mount = try FlipMount(folder, "disk", mebibytes: 100)
        let store = mount.path + "/store"
        let lines = BackupEvents.mixed(90_000, seed: 44)
        let probe = try StoreProbe(folder: store, key: BackupEvents.key)
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

    /// Too little room for the checkpoint at its end: the log keeps the tail, and all is well.
    @Test func shouldEndWithoutACheckpointWhereThereIsNoRoom() throws {
        let folder = try BackupScratch()
        let mount = try FlipMount(folder, "disk", mebibytes: 60)
        let store = mount.path + "/store"
        let probe = try StoreProbe(folder: store, key: BackupEvents.key)
        try probe.fold(BackupEvents.mixed(1_000, seed: 45))
        let digest = probe.digest
        try mount.fill()
        try probe.finish()
        let run = try BackupProgram.run(["stats", "--data", store, "--json"])
        #expect(try run.object()["tail_records"] as? Int == 1, "\(run.errors)")
        try mount.makeRoom()
        let again = try StoreProbe(folder: store)
        #expect(again.digest == digest)
        #expect(try again.faults() == [])
        again.close()
    }
}
