import Glibc
import RocksStore
import Testing

/// What a power cut leaves of files that were being written, and what must not go with it.
@Suite struct PowerCutTests {
    private let folder = TemporaryFolder()

    private func open(_ options: RocksOptions, at name: String = "db") throws -> RocksDatabase {
        try RocksDatabase(
            directory: folder.path(name), options: options, createIfMissing: true)
    }

    private func file(in name: String, where isWanted: (String) -> Bool) throws -> String {
        let names = TemporaryFolder.names(in: folder.path(name)).filter(isWanted)
        #expect(names.count == 1)
        return folder.path(name + "/" + (names.first ?? ""))
    }

    @Test func shouldDropARecordThatHasHolesInIt() throws {
        var generator = SplitMix64(state: 11)
        let values = (0..<3).map { _ in generator.bytes(100_000) }
        let database = try open(.log)
        for (number, value) in values.enumerated() { try database.put([UInt8(number)], value) }
        database.close()
        let log = try file(in: "db") { $0.hasSuffix(".log") }
        let whole = Bytes.read(log)
        let last = whole.count * 2 / 3
        for round in 0..<40 {
            var holed = whole
            // Pages of the last record; that in which it begins holds the one before as it was.
            for page in last / 4_096...whole.count / 4_096
            where generator.next() % 3 == 0 || page == last / 4_096 + 1 + round % 20 {
                for index in max(last, page * 4_096)..<min(whole.count, (page + 1) * 4_096) {
                    holed[index] = 0
                }
            }
            TemporaryFolder.remove(folder.path("copy"))
            TemporaryFolder.copy(folder.path("db"), to: folder.path("copy"))
            Bytes.write(holed, to: folder.path("copy/" + (log.split(separator: "/").last ?? "")))
            let copy = try open(.log, at: "copy")
            #expect(try copy.get([0])?.array == values[0])
            #expect(try copy.get([1])?.array == values[1])
            #expect(try copy.get([2]) == nil)
            copy.close()
        }
    }

    /// Several batches were on their way to the disk when the power went: what is whole behind a
    /// hole goes with it, for nobody was promised it.
    @Test(arguments: [3_000, 100_000])
    func shouldDropAllThatOneSyncDidNotBringToTheDisk(size: Int) throws {
        var generator = SplitMix64(state: 12)
        let values = (0..<6).map { _ in generator.bytes(size) }
        let database = try open(.log)
        func append(_ number: Int) throws {
            try database.writeClaiming(sync: false) { batch in
                batch.put([UInt8(number)], values[number])
            }
        }
        // Two that are on disk, and then one that knows it with two that go the same way.
        for number in 0..<2 { try append(number) }
        try database.syncLog()
        for number in 2..<5 { try append(number) }
        let log = try file(in: "db") { $0.hasSuffix(".log") }
        let unsynced = Bytes.read(log)
        try database.syncLog()
        try append(5)
        database.close()
        let synced = Bytes.read(log)
        let bytes = unsynced.count / 5
        for record in 0..<5 {
            // A hole of two sectors in the middle of that record.
            let start = (bytes * record + bytes / 2) / 512 * 512
            for (whole, isSynced) in [(unsynced, record < 2), (synced, true)] {
                var holed = whole
                for index in start..<start + 1_024 { holed[index] = 0 }
                TemporaryFolder.remove(folder.path("copy"))
                TemporaryFolder.copy(folder.path("db"), to: folder.path("copy"))
                Bytes.write(
                    holed, to: folder.path("copy/" + (log.split(separator: "/").last ?? "")))
                guard !isSynced else {
                    #expect(throws: StoreError.self, "\(record)") {
                        try open(.log, at: "copy")
                    }
                    continue
                }
                let copy = try open(.log, at: "copy")
                for number in 0..<5 {
                    let isThere = number < record
                    #expect(
                        try copy.get([UInt8(number)])?.array == (isThere ? values[number] : nil))
                }
                copy.close()
            }
        }
    }

    /// A change to the list of files that lies over a sector's edge, of which the second sector
    /// was not written.
    @Test func shouldOpenWithAManifestWhoseLastChangeHasAHole() throws {
        var options = RocksOptions.state
        options.overlappingFiles = 100  // A merge would be the last change, and its files gone.
        var over = 0
        for round in 0..<60 {
            let database = try open(options)
            try database.put(bytes("k\(round)"), [UInt8](repeating: 1, count: 1 + round % 40))
            let manifest = try file(in: "db") { $0.hasPrefix("MANIFEST") }
            let before = Bytes.read(manifest).count
            try database.flush()
            let after = Bytes.read(manifest)
            let edge = after.count / 512 * 512
            if edge > before {
                over += 1
                TemporaryFolder.remove(folder.path("copy"))
                TemporaryFolder.copy(folder.path("db"), to: folder.path("copy"))
                let name = manifest.split(separator: "/").last ?? ""
                let holed = after.prefix(edge) + [UInt8](repeating: 0, count: after.count - edge)
                Bytes.write(holed, to: folder.path("copy/" + name))
                try RocksDatabase.check(directory: folder.path("copy"), options: options)
                let copy = try open(options, at: "copy")
                for number in 0..<round { #expect(try copy.get(bytes("k\(number)")) != nil) }
                copy.close()
            }
            if round % 7 != 0 { continue }
            database.close()
        }
        #expect(over > 0)
    }

    /// RocksDB's own function drops a file whose last key is the end of the range.
    @Test func shouldKeepAFileThatEndsWithTheFirstKeyToKeep() throws {
        for last in [UInt8(0), 7, 0xFF] {
            let name = "ends-\(last)"
            let database = try open(.log, at: name)
            for first in UInt8(0)...1 { try database.put([first, last], [first]) }
            try database.compact()
            #expect(try database.property("rocksdb.num-files-at-level0") == "0")
            try database.deleteFiles(in: KeyRange(lower: [0], upper: [1, last]))
            #expect(try database.get([1, last])?.array == [1])
            try database.deleteFiles(in: KeyRange(lower: [0], upper: []))
            try database.deleteFiles(in: KeyRange(lower: [9], upper: [1]))
            #expect(try database.get([1, last])?.array == [1])
            try database.deleteFiles(in: KeyRange(lower: [0], upper: [1, last, 0]))
            #expect(try database.liveFiles().isEmpty)
        }
    }

    /// A kill between taking a file in and removing its first name leaves both.
    @Test func shouldNotWriteOverTheSecondNameOfALiveFile() throws {
        let path = folder.path("new.sst")
        let database = try open(.state)
        var writer = try SortedFileWriter(path: path, options: .state)
        try writer.put(bytes("a"), bytes("1"))
        try writer.finish()
        try database.ingest(files: [path], move: true)
        let live = try file(in: "db") { $0.hasSuffix(".sst") }
        #expect(link(live, path) == 0)
        var next = try SortedFileWriter(path: path, options: .state)
        try next.put(bytes("b"), bytes("2"))
        try next.finish()
        database.close()
        let again = try open(.state)
        #expect(try again.get(bytes("a"))?.array == bytes("1"))
        try again.ingest(files: [path], move: true)
        #expect(try again.get(bytes("b"))?.array == bytes("2"))
    }
}
