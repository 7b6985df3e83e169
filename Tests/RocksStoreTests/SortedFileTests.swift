import Glibc
import RocksStore
import Testing

@Suite struct SortedFileTests {
    private let folder = TemporaryFolder()

    private func open() throws -> RocksDatabase {
        try RocksDatabase(directory: folder.path("db"), options: .state, createIfMissing: true)
    }

    /// A finished file of these entries; nil deletes.
    private func file(
        _ name: String, _ entries: [(String, String?)]
    ) throws(StoreError) -> String {
        var writer = try SortedFileWriter(path: folder.path(name), options: .checkpointFile)
        for (key, value) in entries {
            if let value {
                try writer.put(bytes(key), bytes(value))
            } else {
                try writer.delete(bytes(key))
            }
        }
        try writer.finish()
        return writer.path
    }

    private func content(_ database: RocksDatabase) throws -> [String] {
        var content = [String]()
        try database.forEach { key, value in
            content.append(
                String(decoding: key.withUnsafeBytes { Array($0) }, as: UTF8.self) + "="
                    + String(decoding: value.withUnsafeBytes { Array($0) }, as: UTF8.self))
            return true
        }
        return content
    }

    @Test(arguments: [false, true])
    func shouldReplaceAndDeleteOlderKeys(isFlushed: Bool) throws {
        let database = try open()
        for key in ["a", "b", "c", "d"] { try database.put(bytes(key), bytes("old")) }
        if isFlushed { try database.flush() }
        let file = try file("1.sst", [("b", "new"), ("c", nil), ("e", "new"), ("x", nil)])
        try database.ingest(files: [file], move: true)
        let expected = ["a=old", "b=new", "d=old", "e=new"]
        #expect(try content(database) == expected)
        #expect(try database.get(bytes("c")) == nil)
        #expect(access(file, F_OK) != 0)
        database.close()
        let again = try open()
        #expect(try content(again) == expected)
        try again.compact()
        #expect(try content(again) == expected)
    }

    @Test func shouldTakeSeveralFilesTheLaterFirst() throws {
        let database = try open()
        try database.put(bytes("k"), bytes("0"))
        let files = [
            try file("1.sst", [("a", "1"), ("k", "1"), ("z", "1")]),
            try file("2.sst", [("k", "2"), ("m", "2")]),
            try file("3.sst", [("m", nil), ("n", "3")]),
        ]
        try database.ingest(files: files, move: true)
        #expect(try content(database) == ["a=1", "k=2", "n=3", "z=1"])
        try database.put(bytes("k"), bytes("4"))
        #expect(try database.get(bytes("k"))?.array == bytes("4"))
        database.close()
        #expect(try content(try open()) == ["a=1", "k=4", "n=3", "z=1"])
    }

    @Test func shouldLeaveTheFileWhereItIsNotMoved() throws {
        let database = try open()
        let file = try file("1.sst", [("a", "1")])
        try database.ingest(files: [file], move: false)
        #expect(access(file, F_OK) == 0)
        #expect(try content(database) == ["a=1"])
        try database.ingest(files: [], move: true)
    }

    @Test(arguments: ["missing", "cut", "flipped footer"])
    func shouldTakeNoneOfTheFilesWhereOneIsBad(fault: String) throws {
        let database = try open()
        try database.put(bytes("a"), bytes("0"))
        let good = try file("1.sst", [("a", "1"), ("b", "1")])
        let bad = try file("2.sst", [("c", "2"), ("d", "2")])
        var damaged = Bytes.read(bad)
        switch fault {
        case "missing": unlink(bad)
        case "cut": Bytes.write(damaged.dropLast(10), to: bad)
        default:
            damaged[damaged.count - 3] ^= 0xFF
            Bytes.write(damaged, to: bad)
        }
        let error = #expect(throws: StoreError.self) {
            try database.ingest(files: [good, bad], move: true)
        }
        #expect(error?.code == .corruption, "\(String(describing: error))")
        #expect(try content(database) == ["a=0"])
        // The database goes on, and takes the good file alone.
        try database.ingest(files: [good], move: true)
        try database.put(bytes("e"), bytes("3"))
        database.close()
        #expect(try content(try open()) == ["a=1", "b=1", "e=3"])
    }

    @Test func shouldRefuseKeysThatDoNotRise() throws {
        var writer = try SortedFileWriter(path: folder.path("1.sst"), options: .checkpointFile)
        try writer.put([2], [])
        for key: [UInt8] in [[2], [1, 0xFF], []] {
            do {
                try writer.put(key, [])
                Issue.record("took \(key) after [2]")
            } catch { #expect(error.code == .invalidArgument) }
            do {
                try writer.delete(key)
                Issue.record("took \(key) after [2]")
            } catch { #expect(error.code == .invalidArgument) }
        }
        try writer.put([2, 0], [])
        try writer.finish()
        let count = writer.count
        #expect(count == 2)
        let size = writer.byteCount
        #expect(size == UInt64(Bytes.read(writer.path).count))
    }

    @Test func shouldRefuseAnEmptyFile() throws {
        let error = #expect(throws: StoreError.self) { _ = try file("1.sst", []) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func shouldTakeAnUnfinishedFileAway() throws {
        let path = folder.path("1.sst")
        do {
            var writer = try SortedFileWriter(path: path, options: .checkpointFile)
            try writer.put([1], [UInt8](repeating: 1, count: 100_000))
            #expect(access(path, F_OK) == 0)
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test func shouldSayThatTheScratchFolderIsMissing() throws {
        do {
            _ = try SortedFileWriter(path: folder.path("none/1.sst"), options: .checkpointFile)
            Issue.record("wrote into a folder that is not there")
        } catch {
            #expect(error.code == .notFound)
            #expect(error.reason.contains(folder.path("none/1.sst")))
        }
    }

    @Test func oracleOfManyIngestions() throws {
        var generator = SplitMix64(state: 6)
        let database = try open()
        var model = [String: String]()
        for round in 0..<40 {
            let keys = Set((0..<50).map { _ in "k\(Int.random(in: 0..<200, using: &generator))" })
            let entries = keys.sorted().map { key in
                (key, generator.next() % 4 == 0 ? nil : "\(round)")
            }
            try database.ingest(files: [try file("\(round).sst", entries)], move: true)
            for (key, value) in entries { model[key] = value }
            for key in keys {
                #expect(try database.get(bytes(key))?.array == model[key].map(bytes))
            }
        }
        let expected = model.keys.sorted().map { "\($0)=\(model[$0] ?? "")" }
        #expect(try content(database) == expected)
    }
}
