import Glibc
import RocksStore
import Testing

@Suite struct RocksDatabaseTests {
    private let folder = TemporaryFolder()

    private func open(_ mode: RocksDatabase.Mode = .readWrite) throws(StoreError) -> RocksDatabase {
        try RocksDatabase(
            directory: folder.path("db"), options: .state, createIfMissing: mode == .readWrite,
            mode: mode)
    }

    @Test func shouldReadWhatWasWritten() throws {
        let database = try open()
        try database.put(bytes("a"), bytes("1"))
        try database.put([], bytes("empty key"))
        try database.put(bytes("empty value"), [])
        #expect(try database.get(bytes("a"))?.array == bytes("1"))
        #expect(try database.get([])?.array == bytes("empty key"))
        #expect(try database.get(bytes("empty value"))?.array == [])
        #expect(try database.get(bytes("absent")) == nil)
        var into = bytes("older content")
        #expect(try database.get(bytes("a").span, into: &into))
        #expect(into == bytes("1"))
        #expect(try !database.get(bytes("absent").span, into: &into))
        #expect(into.isEmpty)
    }

    @Test func shouldLendAPinnedValueBeyondTheClose() throws {
        let database = try open()
        let long = [UInt8](repeating: 7, count: 100_000)
        try database.put(bytes("long"), long)
        try database.flush()
        let value = try #require(try database.get(bytes("long")))
        database.close()
        #expect(value.count == long.count)
        #expect(value.withSpan { $0[99_999] } == 7)
        #expect(value.array == long)
    }

    @Test func shouldTakeAWholeBatch() throws {
        let database = try open()
        try database.put(bytes("gone"), bytes("x"))
        for key in ["r1", "r2", "r3"] { try database.put(bytes(key), bytes("x")) }
        var batch = WriteBatch()
        batch.put(bytes("a"), bytes("1"))
        batch.put(bytes("b"), bytes("2"))
        batch.delete(bytes("gone"))
        batch.deleteRange(from: bytes("r1"), to: bytes("r3"))
        #expect(batch.count == 4)
        #expect(batch.byteCount > 12)
        try database.write(batch, sync: true)
        #expect(try keys(database) == ["a", "b", "r3"])
        batch.clear()
        #expect(batch.count == 0)
        #expect(batch.byteCount == 12)
    }

    @Test func shouldReadManyAtOnceInTheirOrder() throws {
        let database = try open()
        for number in 0..<100 { try database.put(bytes("k\(number)"), bytes("v\(number)")) }
        try database.flush()
        for number in 50..<60 { try database.put(bytes("k\(number)"), bytes("new\(number)")) }
        let asked = [bytes("k99"), bytes("absent"), bytes("k55"), [], bytes("k0"), bytes("k99")]
        let values = try database.multiGet(asked).map { $0?.array }
        #expect(
            values == [bytes("v99"), nil, bytes("new55"), nil, bytes("v0"), bytes("v99")])
        #expect(try database.multiGet([]).isEmpty)
        #expect(try database.multiGet([[]]).map { $0?.array } == [nil])
    }

    @Test func shouldKeepWhatWasWrittenWithoutAFlush() throws {
        let first = try open()
        try first.put(bytes("a"), bytes("1"), sync: true)
        try first.put(bytes("b"), bytes("2"))
        try first.syncLog()
        first.close()
        let second = try open()
        #expect(try keys(second) == ["a", "b"])
    }

    @Test func shouldRefuseCallsAfterTheClose() throws {
        let database = try open()
        database.close()
        database.close()
        let error = #expect(throws: StoreError.self) { try database.put([1], [1]) }
        #expect(error?.code == .closed)
        #expect(throws: StoreError.self) { try database.get([1]) }
        #expect(throws: StoreError.self) { try database.forEach { _, _ in true } }
    }

    @Test func shouldRefuseASecondOpening() throws {
        let database = try open()
        let error = #expect(throws: StoreError.self) { _ = try open() }
        #expect(error?.code == .lockHeld)
        #expect(error?.isRetriable == true)
        #expect(error?.file == folder.path("db/LOCK"))
        database.close()
        _ = try open()
    }

    /// A line that finds no room would end the process: see `NativeOptions`.
    @Test func shouldKeepRocksDBsInformationLogEmpty() throws {
        for _ in 0..<3 {
            let database = try open()
            try database.put([1], [1])
            try database.syncLog()
            database.close()
        }
        let names = TemporaryFolder.names(in: folder.path("db"))
        let logs = names.filter { $0.hasPrefix("LOG") }
        #expect(logs.count == 1)
        #expect(logs.allSatisfy { Bytes.read(folder.path("db/" + $0)).isEmpty })
        #expect(!names.contains { $0.hasSuffix(".dbtmp") })
    }

    @Test func shouldOpenForReadingBesideItsWriter() throws {
        let writer = try open()
        try writer.put(bytes("a"), bytes("1"))
        let reader = try open(.readOnly)
        #expect(try reader.get(bytes("a"))?.array == bytes("1"))
        let error = #expect(throws: StoreError.self) { try reader.put([1], [1]) }
        #expect(error?.code == .readOnly)
    }

    @Test func shouldSayThatThereIsNoDatabase() throws {
        let missing = #expect(throws: StoreError.self) {
            _ = try RocksDatabase(directory: folder.path("none"), options: .log)
        }
        #expect(missing?.code == .notFound)
        mkdir(folder.path("empty"), 0o700)
        let empty = #expect(throws: StoreError.self) {
            _ = try RocksDatabase(directory: folder.path("empty"), options: .log)
        }
        #expect(empty?.code == .notFound)
        #expect(TemporaryFolder.names(in: folder.path("empty")).isEmpty)
    }

    @Test func shouldRefuseAFileInTheFoldersPlace() throws {
        Bytes.write(bytes("hello"), to: folder.path("db"))
        let error = #expect(throws: StoreError.self) { _ = try open() }
        #expect(error?.code == .notADirectory)
        Bytes.write(bytes("hello"), to: folder.path("file"))
        let below = #expect(throws: StoreError.self) {
            _ = try RocksDatabase(
                directory: folder.path("file/db"), options: .log, createIfMissing: true)
        }
        #expect(below?.code == .notADirectory)
    }

    @Test func shouldCopyItselfWhileOpen() throws {
        let database = try open()
        for number in 0..<1_000 { try database.put(bytes("k\(number)"), bytes("v\(number)")) }
        try database.checkpoint(to: folder.path("copy"))
        try database.put(bytes("later"), bytes("x"))
        let copy = try RocksDatabase(directory: folder.path("copy"), options: .state)
        #expect(try copy.get(bytes("later")) == nil)
        #expect(try keys(copy) == (0..<1_000).map { "k\($0)" }.sorted())
        let taken = #expect(throws: StoreError.self) {
            try database.checkpoint(to: folder.path("copy"))
        }
        #expect(taken != nil)
    }

    @Test func shouldTellItsSizesAndFiles() throws {
        var generator = SplitMix64(state: 1)
        let database = try open()
        for number in 0..<100 {
            try database.put(bytes("a\(number)"), generator.bytes(1_000))
        }
        try database.flush()
        #expect(try database.liveFiles().count == 1)
        #expect(try database.liveFiles().allSatisfy { $0.hasSuffix(".sst") && !$0.hasPrefix("/") })
        #expect(try database.approximateSize(of: .all) > 90_000)
        #expect(try database.approximateSize(of: KeyRange(prefix: bytes("b"))) < 10_000)
        #expect(try database.bytesOnDisk() > 100_000)
        #expect(try database.property("rocksdb.num-files-at-level0") == "1")
        #expect(try database.property("rocksdb.no-such-thing") == nil)
        #expect(try database.latestSequenceNumber() == 100)
        try database.compact()
        try database.verifyChecksums()
        #expect(try database.property("rocksdb.num-files-at-level0") == "0")
        try database.deleteFiles(in: KeyRange(prefix: bytes("a")))
        #expect(try database.liveFiles().isEmpty)
        #expect(try keys(database).isEmpty)
    }

    @Test func shouldServeManyThreads() async throws {
        let database = try open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for number in 0..<500 {
                        let key = bytes("w\(worker)-\(number)")
                        try database.put(key, key)
                        guard try database.get(key)?.array == key else {
                            throw StoreError(.ioError, "lost \(worker) \(number)")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try keys(database).count == 2_000)
    }

    private func keys(_ database: RocksDatabase) throws -> [String] {
        var keys = [String]()
        try database.forEach { key, _ in
            keys.append(String(decoding: key.withUnsafeBytes { Array($0) }, as: UTF8.self))
            return true
        }
        return keys
    }
}
