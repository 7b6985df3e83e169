import Commands
import Foundation
import RocksStore
import TestSupport
import Testing
import WireFormat

/// Stores as released formats left them: `Fixtures/OnDisk`, one folder a format.
///
/// Until release 1.0 the format may change; then `KINDRED_REWRITE=1` makes the folder anew, and
/// the change is read in its text files. After 1.0 a folder here is never written again.
@Suite("Stores on disk") struct OnDiskTests {
    private static let home = FixtureFiles.root + "/Fixtures/OnDisk"
    private static let limitBytes = 300_000
    private static let changed: Comment = """
        the program no longer opens what it wrote: if the format was meant to change, and no \
        release has it, run the command in Fixtures/OnDisk/README.md
        """

    /// What a fixture's store answers.
    struct Expected: Codable, Equatable {
        var events: UInt64
        var tailRecords: UInt64
        var digest: String
    }

    /// Done once, before any test reads the folder.
    private static let rewritten = Result {
        if FixtureFiles.isRewriting { try rewrite() }
    }

    init() throws { try Self.rewritten.get() }

    @Test func shouldOpenFormat1() throws {
        let folder = try BackupScratch()
        let image = try BackupFolderImage(of: Self.home + "/v1/store")
        #expect(image.byteCount < Self.limitBytes)
        try image.write(to: folder("store"))
        let expected = try JSONDecoder().decode(
            Expected.self, from: Data(contentsOf: URL(filePath: Self.home + "/v1/expected.json")))
        let export = try Data(contentsOf: URL(filePath: Self.home + "/v1/export.csv"))
        do {
            let probe = try StoreProbe(folder: folder("store"))
            defer { probe.close() }
            #expect(
                Expected(
                    events: probe.events, tailRecords: probe.tailRecords, digest: probe.digest)
                    == expected, Self.changed)
            #expect(expected.tailRecords > 2, "the fixture has a tail to fold")
            #expect(Data(try probe.export()) == export, Self.changed)
            #expect(try probe.faults() == [], Self.changed)
        } catch {
            Issue.record("\(error.message)")
            Issue.record(Self.changed)
            return
        }
        try Self.expectToGoOn(folder("store"), folder("twin"))
    }

    @Test func shouldRefuseANewerStoreFile() throws {
        try Self.expectRefusal(of: "store.json", "format 2", "later") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            return Array(text.replacing("\"format\" : 1", with: "\"format\" : 2").utf8)
        }
    }

    @Test func shouldRefuseAFlippedByteInTheDescription() throws {
        for file in ["store.json", "node-key"] {
            try Self.expectRefusal(of: file, file, "restore") { bytes in
                var bytes = bytes
                bytes[bytes.count / 2] ^= 1
                return bytes
            }
        }
    }

    @Test func shouldRefuseAFlippedByteInTheCheckpoint() throws {
        let image = try BackupFolderImage(of: Self.home + "/v1/store")
        let tables = image.files.filter {
            $0.name.hasPrefix("partitions/") && $0.name.hasSuffix(".sst")
        }
        try #require(!tables.isEmpty)
        // A block in the middle of the greatest file: met when that part is read.
        let name = try #require(tables.max { $0.bytes.count < $1.bytes.count }).name
        try Self.expectRefusal(of: name, by: "verify", name, "restore") { bytes in
            var bytes = bytes
            bytes[bytes.count / 2] ^= 0x10
            return bytes
        }
    }

    @Test func shouldRefuseANewerHeader() throws {
        let folder = try BackupScratch()
        try BackupFolderImage(of: Self.home + "/v1/store").write(to: folder("store"))
        let database = try RocksDatabase(
            directory: folder("store") + "/partitions/0", options: .state)
        var header = try #require(try database.get(StateKey.header)).array
        try #require(header.first == 1)
        header[0] = StateFormat.header + 1
        try database.put(StateKey.header, header)
        database.close()
        let run = try BackupProgram.run(["digest", "--data", folder("store")])
        #expect(run.status == 3)
        #expect(run.errors.contains("format \(StateFormat.header + 1)"), "\(run.errors)")
        #expect(run.errors.contains("later"), "\(run.errors)")
    }

    // MARK: Parts

    /// Writes on behind the fixture; a store of the same events that was never closed is its twin.
    private static func expectToGoOn(_ store: String, _ twin: String) throws {
        let more = BackupEvents.mixed(200, seed: 99)
        let probe = try StoreProbe(folder: store)
        try probe.fold(more)
        let digest = probe.digest
        #expect(try probe.faults() == [])
        probe.close()
        let other = try StoreProbe(folder: twin, key: BackupEvents.key)
        for record in records { try other.fold(record) }
        try other.fold(more)
        #expect(other.digest == digest)
        other.close()
    }

    private static func expectRefusal(
        of file: String, by command: String = "export", _ words: String...,
        change: ([UInt8]) -> [UInt8]
    ) throws {
        let folder = try BackupScratch()
        let image = try BackupFolderImage(of: home + "/v1/store")
        let index = try #require(image.files.firstIndex { $0.name == file })
        let bytes = change(image.files[index].bytes)
        try #require(bytes != image.files[index].bytes)
        try image.write(to: folder("store"), changed: index, bytes: bytes)
        let run = try BackupProgram.run([command, "--data", folder("store")])
        #expect(run.status == 3)
        for word in words { #expect(run.errors.contains(word), "\(run.errors)") }
    }

    // MARK: Making it

    /// What the fixture holds: all but the last four records are in its checkpoint.
    private static let records: [[String]] = {
        let mixed = BackupEvents.mixed(400, seed: 7).runs(of: 40).map { Array($0) }
        return [mixed[0], BackupEvents.star] + mixed[1...]
    }()
    private static let tailRecords = 4

    private static func rewrite() throws {
        let folder = try BackupScratch()
        let probe = try StoreProbe(folder: folder("store"), key: BackupEvents.key)
        for (index, record) in records.enumerated() {
            try probe.fold(record)
            // Two checkpoints, so that one sorted file lies over another.
            if index == 1 || index == records.count - 1 - tailRecords { try probe.checkpoint() }
        }
        let expected = Expected(
            events: probe.events, tailRecords: probe.tailRecords, digest: probe.digest)
        probe.close()
        let image = try BackupFolderImage(of: folder("store"))
        let target = home + "/v1/store"
        try? FileManager.default.removeItem(atPath: target)
        // What a database opens without: locks, information logs, options, its own name.
        let spare = ["LOCK", "LOG", "OPTIONS", "IDENTITY"]
        for file in image.files {
            let name = (file.name as NSString).lastPathComponent
            guard !spare.contains(where: { name.hasPrefix($0) }) else { continue }
            let place = target + "/" + file.name
            try FileManager.default.createDirectory(
                atPath: (place as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            try Data(file.bytes).write(to: URL(filePath: place))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try encoder.encode(expected).write(to: URL(filePath: home + "/v1/expected.json"))
        try image.write(to: folder("copy"))
        let copy = try StoreProbe(folder: folder("copy"))
        try Data(try copy.export()).write(to: URL(filePath: home + "/v1/export.csv"))
        copy.close()
    }
}
