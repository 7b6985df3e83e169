import RocksStore
import Testing

/// What opening does with a write-ahead log that was cut, zeroed or changed.
@Suite struct WriteAheadLogTests {
    private let folder = TemporaryFolder()

    /// A database whose records are in the write-ahead log alone, closed; its log's path.
    private func makeLog(_ values: [[UInt8]], at name: String = "made") throws -> String {
        let path = folder.path(name)
        let database = try RocksDatabase(directory: path, options: .log, createIfMissing: true)
        for (number, value) in values.enumerated() {
            try database.put([UInt8(number)], value)
        }
        database.close()
        let logs = TemporaryFolder.names(in: path).filter { $0.hasSuffix(".log") }
        #expect(logs.count == 1)
        return path + "/" + logs[0]
    }

    /// The values found, from the first on, in a copy of the database whose log is `bytes`.
    private func recovered(
        _ log: String, as bytes: some Collection<UInt8>, expecting values: [[UInt8]],
        policy: RocksOptions.DamagedLogPolicy = .refuse
    ) throws -> Int {
        let parts = log.split(separator: "/")
        let original = "/" + parts.dropLast().joined(separator: "/")
        let copy = folder.path("copy")
        TemporaryFolder.remove(copy)
        TemporaryFolder.copy(original, to: copy)
        Bytes.write(bytes, to: copy + "/" + parts[parts.count - 1])
        var options = RocksOptions.log
        options.damagedLog = policy
        let database = try RocksDatabase(directory: copy, options: options)
        var found = 0
        try database.forEach { key, value in
            #expect(key[0] == UInt8(found))
            #expect(value.withUnsafeBytes { Array($0) } == values[found])
            found += 1
            return true
        }
        return found
    }

    @Test func shouldDropATornEndAtEveryByte() throws {
        let values = (0..<4).map { [UInt8](repeating: UInt8($0) + 1, count: 20) }
        let log = try makeLog(values)
        let whole = Bytes.read(log)
        let recordBytes = whole.count / values.count
        #expect(recordBytes * values.count == whole.count)
        for count in 0...whole.count {
            let found = try recovered(log, as: whole.prefix(count), expecting: values)
            #expect(found == count / recordBytes, "cut to \(count) of \(whole.count) bytes")
        }
    }

    @Test func shouldRefuseEveryFlippedBit() throws {
        let values = (0..<4).map { [UInt8](repeating: UInt8($0) + 1, count: 20) }
        let log = try makeLog(values)
        let whole = Bytes.read(log)
        for index in whole.indices {
            for bit in 0..<8 {
                var changed = whole
                changed[index] ^= 1 << UInt8(bit)
                let error = #expect(throws: StoreError.self, "byte \(index), bit \(bit)") {
                    try recovered(log, as: changed, expecting: values)
                }
                #expect(error?.code == .corruption)
                #expect(error?.file?.hasSuffix(".log") == true)
            }
        }
    }

    @Test func shouldDropATornEndOfALargeRecord() throws {
        var generator = SplitMix64(state: 3)
        let values = (0..<3).map { _ in generator.bytes(100_000) }
        let log = try makeLog(values)
        let whole = Bytes.read(log)
        let block = 32 << 10
        let cuts = stride(from: block * 7, to: whole.count, by: block).flatMap { edge in
            [-8, -7, -1, 0, 1, 6, 7, 8, 5_000].map { edge + $0 }
        }
        for cut in cuts where cut < whole.count {
            let found = try recovered(log, as: whole.prefix(cut), expecting: values)
            #expect(found == 2, "cut to \(cut) of \(whole.count) bytes")
        }
    }

    @Test func shouldDropAnEndThatIsZeros() throws {
        var generator = SplitMix64(state: 4)
        let values = (0..<3).map { _ in generator.bytes(100_000) }
        let log = try makeLog(values)
        let whole = Bytes.read(log)
        // A power cut keeps the file's length and loses the sectors that had not been written.
        for start in [210_000, 229_376, 250_000, 294_912, whole.count - 600] {
            let sector = start / 512 * 512
            let zeroed = whole.prefix(sector) + [UInt8](repeating: 0, count: whole.count - sector)
            #expect(try recovered(log, as: zeroed, expecting: values) == 2, "from \(sector)")
        }
        // Zeros behind the last record: room that the file system gave and nobody wrote.
        for extra in [1, 6, 7, 4_096, 100_000] {
            let longer = whole + [UInt8](repeating: 0, count: extra)
            #expect(try recovered(log, as: longer, expecting: values) == 3, "\(extra) zeros")
        }
    }

    @Test func shouldRefuseDamageInsideLargeRecords() throws {
        var generator = SplitMix64(state: 5)
        let values = (0..<3).map { _ in generator.bytes(100_000) }
        let log = try makeLog(values)
        let whole = Bytes.read(log)
        for round in 0..<60 {
            var changed = whole
            let place = Int.random(in: 0..<whole.count, using: &generator)
            // A flipped bit, a lost sector, or garbage for the rest of the file.
            switch round % 3 {
            case 0: changed[place] ^= 0x10
            case 1:
                let sector = min(place, 200_000) / 512 * 512
                for index in sector..<sector + 512 { changed[index] = 0 }
            default:
                for index in place..<whole.count { changed[index] = ~changed[index] }
            }
            let error = #expect(throws: StoreError.self, "round \(round), byte \(place)") {
                try recovered(log, as: changed, expecting: values)
            }
            #expect(error?.code == .corruption)
        }
    }

    @Test func shouldDropTheRestWhereAPersonAskedForIt() throws {
        let values = (0..<4).map { [UInt8](repeating: UInt8($0) + 1, count: 20) }
        let log = try makeLog(values)
        var changed = Bytes.read(log)
        changed[changed.count / 2 + 12] ^= 1
        #expect(
            try recovered(log, as: changed, expecting: values, policy: .dropTheRest) == 2)
    }

    @Test func shouldGoOnBehindATornEndThatWasDropped() throws {
        let log = try makeLog([[1], [2], [3]])
        let path = folder.path("made")
        Bytes.write(Bytes.read(log).dropLast(5), to: log)
        for round in 0..<5 {
            let database = try RocksDatabase(directory: path, options: .log)
            try database.put([10], [UInt8(round)])
            try database.put([11], [UInt8(round)])
            database.close()
            let logs = TemporaryFolder.names(in: path).filter { $0.hasSuffix(".log") }
            let last = path + "/" + (logs.last ?? "")
            Bytes.write(Bytes.read(last).dropLast(3), to: last)
        }
        let database = try RocksDatabase(directory: path, options: .log)
        #expect(try database.get([1])?.array == [2])
        #expect(try database.get([2]) == nil)
        #expect(try database.get([10])?.array == [4])
        #expect(try database.get([11]) == nil)
    }

    @Test func shouldRefuseAHoleBetweenTwoLogs() throws {
        let log = try makeLog([[1], [2], [3]])
        // The same writes and one more give a second log whose fourth record goes on behind three.
        let longer = Bytes.read(try makeLog([[1], [2], [3], [4]], at: "longer"))
        let recordBytes = longer.count / 4
        let next = folder.path("made/000099.log")
        Bytes.write(longer.suffix(recordBytes), to: next)
        // Cut short, and the second log goes on: what is cut was lost.
        let whole = Bytes.read(log)
        Bytes.write(whole.dropLast(2), to: log)
        let error = #expect(throws: StoreError.self) {
            _ = try RocksDatabase(directory: folder.path("made"), options: .log)
        }
        #expect(error?.code == .corruption)
        #expect(error?.file == log)
        // Torn behind all three records, and the second log goes on with the fourth: no hole.
        Bytes.write(whole + whole.prefix(9), to: log)
        let database = try RocksDatabase(directory: folder.path("made"), options: .log)
        #expect(try database.get([3])?.array == [4])
    }

    @Test func shouldCheckTheLogsOfADatabaseOpenedForReading() throws {
        let log = try makeLog([[1], [2], [3]])
        var changed = Bytes.read(log)
        changed[8] ^= 1
        Bytes.write(changed, to: log)
        let error = #expect(throws: StoreError.self) {
            _ = try RocksDatabase(
                directory: folder.path("made"), options: .log, mode: .readOnly)
        }
        #expect(error?.code == .corruption)
        #expect(error?.reason.contains("byte 0 of") == true)
    }
}
