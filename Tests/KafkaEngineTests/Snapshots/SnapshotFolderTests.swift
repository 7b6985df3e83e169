import Foundation
import IdentityModel
import KafkaEngine
import NodeKeys
import NodeRuntime
import Testing

/// Snapshots in a folder: whole or not there, whatever happens to them.
@Suite("Snapshot folder")
struct SnapshotFolderTests {
    @Test func shouldBringBackWhatWasAdded() throws {
        let site = try SnapshotSite()
        let source = try site.source(
            "database",
            [
                ("CURRENT", "MANIFEST-000004\n"), ("000007.sst", "sorted"), ("LOCK", ""),
                ("LOG", "words"), ("LOG.old.1", "older words"), ("000009.log", ""),
            ])
        let added = try site.folder().add(
            SnapshotSite.partition, from: source, SnapshotSite.content(17))
        #expect(added.copiedBytes == 22 && added.sharedBytes == 0)
        var looked: [String] = []
        let found = try site.folder("b").bring(
            SnapshotSite.partition, after: 16, to: site.incoming, passing: { Issue.record($0) },
            accept: { _ in looked = (try? SnapshotSite.names(in: site.incoming)) ?? [] })
        #expect(found?.content == SnapshotSite.content(17) && found?.node == "a")
        #expect(looked == ["000007.sst", "000009.log", "CURRENT"])
        #expect(try SnapshotSite.text(site.incoming + "/CURRENT") == "MANIFEST-000004\n")
        #expect(try SnapshotSite.text(site.incoming + "/000007.sst") == "sorted")
        #expect(try site.bring(after: 17).position == nil)
    }

    /// Bytes that an earlier snapshot has are not written once more.
    @Test func shouldShareEqualFiles() throws {
        let site = try SnapshotSite()
        try site.add(10)
        let folder = try site.folder("b")
        let source = try site.source(
            "next", [("CURRENT", "at 20\n"), ("000009.sst", "of all"), ("000002.sst", "20")])
        let added = try folder.add(SnapshotSite.partition, from: source, SnapshotSite.content(20))
        #expect(added.sharedBytes == 6 && added.copiedBytes == 8)
        let first = try SnapshotSite.number(site.path(10) + "/000001.sst")
        #expect(try SnapshotSite.number(site.path(20, by: "b") + "/000009.sst") == first)
        try folder.thinOut(SnapshotSite.partition, to: 1)
        #expect(try site.bring() == (20, []))
        #expect(try SnapshotSite.text(site.incoming + "/000009.sst") == "of all")
    }

    /// What a snapshot's files may have come to.
    enum Damage: CaseIterable { case flipped, longer, shorter, gone }

    @Test(arguments: ["CURRENT", "000002.sst", "snapshot.json"], Damage.allCases)
    func shouldPassOverDamage(_ file: String, _ damage: Damage) throws {
        let site = try SnapshotSite()
        try site.add(10)
        try site.add(20)
        let path = site.path(20) + "/" + file
        var data = try Data(contentsOf: URL(filePath: path))
        switch damage {
        case .flipped: data[data.count / 2] ^= 0x40
        case .longer: data.append(0x20)
        case .shorter: data.removeLast()
        case .gone: try FileManager.default.removeItem(atPath: path)
        }
        if damage != .gone { try data.write(to: URL(filePath: path)) }
        let (position, passed) = try site.bring()
        // A space behind JSON is none of its members.
        let isHarmless = file == "snapshot.json" && damage == .longer
        #expect(position == (isHarmless ? 20 : 10))
        #expect(passed.count == (isHarmless ? 0 : 1))
        #expect(passed.allSatisfy { $0.contains(path) }, "\(passed)")
        #expect(try site.bring(after: 10).position == (isHarmless ? 20 : nil))
    }

    /// A shared file that has been damaged since is copied anew.
    @Test func shouldNotShareDamage() throws {
        let site = try SnapshotSite()
        try site.add(10)
        try Data("oF all".utf8).write(to: URL(filePath: site.path(10) + "/000001.sst"))
        try site.add(20)
        #expect(try SnapshotSite.text(site.path(20) + "/000001.sst") == "of all")
        #expect(try site.bring() == (20, []))
    }

    /// What `accept` refuses is passed over like damage.
    @Test func shouldTryTheNextWhereOneIsRefused() throws {
        let site = try SnapshotSite()
        for position: UInt64 in [10, 20, 30] { try site.add(position) }
        var tried: [UInt64] = []
        let found = try site.folder().bring(
            SnapshotSite.partition, after: 0, to: site.incoming, passing: { _ in },
            accept: { (manifest) throws(StoreFailure) in
                tried.append(manifest.content.position)
                if manifest.content.position > 10 {
                    throw StoreFailure(.damaged, "another digest", remedy: "none")
                }
            })
        #expect(found?.content.position == 10 && tried == [30, 20, 10])
    }

    @Test func shouldNotUseWhatIsOfAnotherStore() throws {
        let site = try SnapshotSite()
        try site.add(10)
        for other in [SnapshotSite.identity(key: 0xcd), SnapshotSite.identity(partitions: 6)] {
            let failure = #expect(throws: StoreFailure.self) { try site.folder(of: other) }
            #expect(failure?.code == .otherConfiguration)
        }
        var passed: [StoreFailure] = []
        let renamed = try site.folder(of: SnapshotSite.identity(digest: 0x11))
        #expect(try renamed.kept(SnapshotSite.partition) { passed.append($0) } == [])
        #expect(passed.map(\.code) == [.otherConfiguration])
        try FileManager.default.moveItem(atPath: site.shelf + "/3", toPath: site.shelf + "/4")
        let moved = try site.folder().kept(PartitionID(4)) { passed.append($0) }
        #expect(moved.isEmpty && passed.last?.reason.contains("of partition 3, not of 4") == true)
    }

    @Test func shouldNotUseWhatALaterReleaseWrote() throws {
        let site = try SnapshotSite()
        try site.add(10)
        try site.add(20, logicVersion: 2)
        let (position, passed) = try site.bring()
        #expect(
            position == 10 && passed.count == 1 && passed[0].contains("at version 2 of the logic"))
        let path = site.path(10) + "/snapshot.json"
        let text = try SnapshotSite.text(path).replacing(
            #""format":1,"node""#, with: #""format":2,"node""#)
        try Data(text.utf8).write(to: URL(filePath: path))
        var failures: [StoreFailure] = []
        #expect(try site.folder().kept(SnapshotSite.partition) { failures.append($0) } == [])
        #expect(failures.map(\.code) == [.newerFormat, .newerFormat])
    }

    /// A name that leads out of the folder is no file of a snapshot, whoever signs it.
    @Test(arguments: ["../a.sst", "..", "", "a/b", "snapshot.json", "CURRENT"])
    func shouldNotTakeNamesThatLeadElsewhere(_ name: String) throws {
        let site = try SnapshotSite()
        try site.add(10)
        let kept = try #require(try site.folder().kept(SnapshotSite.partition).first)
        var text = String(decoding: kept.manifest.encoded, as: UTF8.self)
        let start = try #require(text.firstRange(of: #""checksum":""#)).upperBound
        text.removeSubrange(start..<text.index(start, offsetBy: ContentHasher.digitCount))
        text = text.replacing("000002.sst", with: name)
        let hasher = ContentHasher()
        Array(text.utf8).withUnsafeBytes { hasher.add($0) }
        text.insert(contentsOf: hasher.finish(), at: start)
        let failure = #expect(throws: StoreFailure.self) {
            try SnapshotManifest(Array(text.utf8), name: "it")
        }
        #expect(failure?.code == .damaged)
    }

    @Test func shouldNotSeeWhatIsHalfWritten() throws {
        let site = try SnapshotSite()
        try site.add(10)
        let manager = FileManager.default
        let parent = site.shelf + "/3/"
        let begun = ["writing-a", "writing-b", "writing-c", "removing-0001-b"]
        for name in begun { try manager.copyItem(atPath: site.path(10), toPath: parent + name) }
        for name in ["writing-c", "removing-0001-b"] {
            try manager.setAttributes(
                [.modificationDate: Date().addingTimeInterval(-100_000)],
                ofItemAtPath: parent + name)
        }
        #expect(try site.positions() == [10])
        try site.add(20)
        let names = try SnapshotSite.names(in: parent).filter { !$0.hasPrefix("snapshot-") }
        // What another node may be at stays, for a day.
        #expect(names == ["writing-b"])
        #expect(try site.positions() == [10, 20])
    }

    @Test func shouldLeaveNothingOfWhatIsGivenUp() throws {
        let site = try SnapshotSite()
        let source = try site.source("database", [("CURRENT", "x"), ("000001.sst", "y")])
        for looks in 0..<4 {
            var left = looks
            let failure = #expect(throws: StoreFailure.self) {
                try site.folder().add(
                    SnapshotSite.partition, from: source, SnapshotSite.content(10)
                ) {
                    left -= 1
                    return left >= 0
                }
            }
            #expect(failure?.isRetriable == true)
            #expect(try SnapshotSite.names(in: site.shelf + "/3") == [])
        }
        let missing = #expect(throws: StoreFailure.self) {
            try site.folder().add(
                SnapshotSite.partition, from: source, SnapshotSite.content(10)
            ) {
                unlink(source + "/CURRENT")
                return true
            }
        }
        #expect(missing?.reason.contains("CURRENT") == true)
        #expect(try SnapshotSite.names(in: site.shelf + "/3") == [])
    }

    @Test func shouldKeepTheNewest() throws {
        let site = try SnapshotSite()
        let folder = try site.folder()
        for position: UInt64 in [9, 10, 100, 20] { try site.add(position) }
        try folder.thinOut(SnapshotSite.partition, to: 5)
        #expect(try site.positions() == [9, 10, 20, 100])
        try folder.thinOut(SnapshotSite.partition, to: 3)
        #expect(try site.positions() == [10, 20, 100])
        // What is damaged does not count, and goes where it is older than what is kept.
        for position: UInt64 in [20, 100] {
            unlink(site.path(position) + "/CURRENT")
        }
        try site.add(200)
        try folder.thinOut(SnapshotSite.partition, to: 2)
        #expect(try site.positions() == [10, 200])
        try site.add(300)
        try folder.thinOut(SnapshotSite.partition, to: 2)
        #expect(try site.positions() == [200, 300])
        #expect(try SnapshotSite.names(in: site.shelf + "/3").count == 2)
        #expect(try site.bring() == (300, []))
    }

    /// The same position once more, since what was there is no good.
    @Test func shouldReplaceItsOwnOfThatPosition() throws {
        let site = try SnapshotSite()
        try site.add(10)
        unlink(site.path(10) + "/CURRENT")
        let source = site.root + "/source-a-10"
        _ = try site.folder().add(
            SnapshotSite.partition, from: source, SnapshotSite.content(10))
        #expect(try site.bring() == (10, []))
        #expect(try SnapshotSite.names(in: site.shelf + "/3").count == 1)
    }

    @Test func shouldRefuseAFolderOfOtherThings() throws {
        let site = try SnapshotSite()
        let path = try site.source("shelf", [("letters", "dear")])
        let failure = #expect(throws: StoreFailure.self) { try site.folder() }
        #expect(failure?.reason == "\(path) is not empty and holds no snapshots")
        try FileManager.default.removeItem(atPath: path + "/letters")
        _ = try site.folder()
        #expect(try SnapshotSite.names(in: path) == ["KINDRED-SNAPSHOTS"])
    }

    /// Two that both take themselves for the owner, and a third that brings back meanwhile.
    @Test func shouldNotHurtEachOther() async throws {
        let site = try SnapshotSite()
        let rounds: UInt64 = 40
        for node in ["a", "b"] { try site.add(1, by: node) }
        // unsafe: its methods may be called from any thread; it is let go of after all have ended.
        nonisolated(unsafe) let shared = site
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in ["a", "b"] {
                group.addTask {
                    let done = await SystemThread.run { () -> Result<Void, any Error> in
                        Result {
                            for round in 1...rounds {
                                try shared.add(round * 10 + (node == "a" ? 0 : 5), by: node)
                                try shared.folder(node).thinOut(SnapshotSite.partition, to: 2)
                            }
                        }
                    }
                    try done.get()
                }
            }
            group.addTask {
                let done = await SystemThread.run { () -> Result<Void, any Error> in
                    Result {
                        var last: UInt64 = 0
                        while last < rounds * 10 {
                            let found = try #require(try shared.bring().position)
                            #expect(found >= last)
                            last = found
                        }
                    }
                }
                try done.get()
            }
            try await group.waitForAll()
        }
        #expect(try site.positions() == [rounds * 10, rounds * 10 + 5])
        #expect(try SnapshotSite.names(in: site.shelf + "/3").count == 2)
        #expect(try site.bring() == (rounds * 10 + 5, []))
    }
}
