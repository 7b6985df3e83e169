import Commands
import Foundation
import TestSupport
import Testing

@Suite("Backup and restore") struct BackupTests {
    @Test(arguments: PartitionCounts.all)
    func shouldRestoreTheDigestOfTheMoment(_ partitions: Int) throws {
        let folder = try BackupScratch()
        let (store, copies) = (folder("store"), folder("copies"))
        let lines = BackupEvents.mixed(4_000, seed: 1)
        let first = try Self.fold(
            lines[..<2_000], into: store, checkpointed: 1_500, partitions: partitions)
        let one = try Self.backUp(store, to: copies)
        #expect(one["digest"] as? String == first)
        let second = try Self.fold(lines[2_000...], into: store, checkpointed: 1_000)
        #expect(first != second)
        let two = try Self.backUp(store, to: copies)
        #expect(two["digest"] as? String == second)
        #expect(two["events"] as? Int == 4_000)

        for (id, digest) in [(1, first), (2, second)] {
            let restored = folder("restored-\(id)")
            let run = try BackupProgram.run(
                ["restore", copies, "--data", restored, "--id", "\(id)", "--json"])
            try #require(run.status == 0, "\(run.errors)")
            #expect(try run.object()["digest"] as? String == digest)
            #expect(try BackupProgram.run(["verify", "--data", restored]).status == 0)
            let probe = try StoreProbe(folder: restored)
            #expect(probe.digest == digest)
            probe.close()
        }
        // The older one goes on to where the newer one stands.
        let caughtUp = try Self.fold(lines[2_000...], into: folder("restored-1"), checkpointed: 10)
        #expect(caughtUp == second)
        #expect(try Self.mode(of: folder("restored-1") + "/node-key") == 0o600)
    }

    @Test func shouldCopyOnlyWhatIsNew() throws {
        let folder = try BackupScratch()
        let (store, copies) = (folder("store"), folder("copies"))
        _ = try Self.fold(BackupEvents.mixed(6_000, seed: 2)[...], into: store, checkpointed: 6_000)
        let one = try Self.backUp(store, to: copies)
        let two = try Self.backUp(store, to: copies)
        let (whole, added) = (try Self.bytes(one, "bytes"), try Self.bytes(two, "added_bytes"))
        // Manifests, option files and the like are each backup's own.
        #expect(added < 40_000, "\(added) of \(whole) bytes were copied again")
        #expect(try Self.bytes(one, "added_bytes") > whole)
        let names = try FileManager.default.contentsOfDirectory(atPath: copies)
        for name in names where name.hasPrefix("backup-") {
            #expect(try Self.mode(of: copies + "/" + name) == 0o600, "it holds the key")
        }
    }

    @Test func shouldKeepAsManyAsAsked() throws {
        let folder = try BackupScratch()
        let (store, copies) = (folder("store"), folder("copies"))
        var digests: [String] = []
        for round in 0..<4 {
            let lines = BackupEvents.mixed(500, seed: UInt64(round))
            digests.append(try Self.fold(lines[...], into: store, checkpointed: 400))
            _ = try Self.backUp(store, to: copies)
        }
        let before = try BackupFolderImage(of: copies)
        _ = try Self.backUp(store, to: copies, "--keep", "2")
        let list = try BackupProgram.run(["backup", copies, "--list", "--json"])
        let ids = try list.output.split(separator: "\n").map { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        }.map { $0?["id"] as? Int }
        #expect(ids == [4, 5])
        #expect(try BackupFolderImage(of: copies).files.count < before.files.count)
        #expect(try BackupProgram.run(["backup", copies, "--check"]).status == 0)
        let restored = try BackupProgram.run(
            ["restore", copies, "--data", folder("four"), "--id", "4", "--json"])
        #expect(try restored.object()["digest"] as? String == digests[3])
    }

    @Test func shouldRefuseWhatItCannotDoAndSayWhatToDo() throws {
        let folder = try BackupScratch()
        let (store, copies) = (folder("store"), folder("copies"))
        _ = try Self.fold(BackupEvents.mixed(50, seed: 3)[...], into: store, checkpointed: 50)
        _ = try Self.backUp(store, to: copies)
        let other = try StoreProbe(folder: folder("other"))
        other.close()
        mkdir(folder("full"), 0o700)
        try Data().write(to: URL(filePath: folder("full") + "/letter"))
        let held = try StoreProbe(folder: folder("held"))
        defer { held.close() }
        try Self.expectRefusal(["backup", copies, "--data", folder("none")], "holds no store")
        try Self.expectRefusal(["backup", folder("full"), "--data", store], "is not empty")
        symlink(store, folder("link"))
        for inside in [store, store + "/x", folder("link") + "/x/y", folder("no/../store/x")] {
            try Self.expectRefusal(["backup", inside, "--data", store], "lie in one another")
        }
        try Self.expectRefusal(["backup", copies, "--data", folder("other")], "another key")
        try Self.expectRefusal(["backup", folder("new"), "--data", folder("held")], "is held by")
        try Self.expectRefusal(["restore", folder("none"), "--data", folder("r")], "no backups")
        try Self.expectRefusal(["restore", copies, "--data", folder("full")], "is not empty")
        try Self.expectRefusal(["restore", copies, "--data", store], "is not empty")
        try Self.expectRefusal(["restore", copies, "--data", folder("r"), "--id", "7"], "--id: 1")
        #expect(!FileManager.default.fileExists(atPath: folder("none")))
        #expect(!FileManager.default.fileExists(atPath: folder("r")))
        #expect(!FileManager.default.fileExists(atPath: folder("new")))
        try Data("{\"format\":2}".utf8).write(to: URL(filePath: copies + "/KINDRED-BACKUPS"))
        try Self.expectRefusal(["restore", copies, "--data", folder("r")], "format 2")
    }

    /// A backup without its manifest is none, whatever else of it is there.
    @Test func shouldNotTakePartsForABackup() throws {
        let folder = try BackupScratch()
        let (store, copies) = (folder("store"), folder("copies"))
        let first = try Self.fold(
            BackupEvents.mixed(90, seed: 4)[...], into: store, checkpointed: 9)
        _ = try Self.backUp(store, to: copies)
        _ = try Self.fold(BackupEvents.mixed(90, seed: 5)[...], into: store, checkpointed: 9)
        _ = try Self.backUp(store, to: copies)
        unlink(copies + "/backup-00000002.json")
        let run = try BackupProgram.run(["restore", copies, "--data", folder("r"), "--json"])
        #expect(try run.object()["digest"] as? String == first)
        unlink(copies + "/backup-00000001.json")
        try Self.expectRefusal(["restore", copies, "--data", folder("s")], "no complete backup")
    }

    // MARK: Parts

    /// Folds the lines in records of 25 and checkpoints after so many of them; the digest.
    static func fold(
        _ lines: ArraySlice<String>, into store: String, checkpointed: Int, partitions: Int = 1
    ) throws -> String {
        let probe = try StoreProbe(
            folder: store, key: BackupEvents.key, partitions: UInt16(partitions))
        defer { probe.close() }
        var folded = 0
        for record in Array(lines).runs(of: 25) {
            try probe.fold(Array(record))
            folded += record.count
            if folded == checkpointed { try probe.checkpoint() }
        }
        return probe.digest
    }

    static func backUp(
        _ store: String, to copies: String, _ more: String...
    ) throws -> [String: Any] {
        let run = try BackupProgram.run(["backup", copies, "--data", store, "--json"] + more)
        try #require(run.status == 0, "\(run.errors)")
        return try run.object()
    }

    static func expectRefusal(_ arguments: [String], _ words: String) throws {
        let run = try BackupProgram.run(arguments)
        #expect(run.status == 3, "\(arguments)")
        #expect(run.errors.contains(words) && run.errors.contains(";"), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }

    private static func bytes(_ answer: [String: Any], _ name: String) throws -> Int {
        try #require(answer[name] as? Int)
    }

    private static func mode(of path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require((attributes[.posixPermissions] as? NSNumber)?.intValue)
    }
}
