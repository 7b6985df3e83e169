import RocksStore
import Testing

@Suite struct RocksIteratorTests {
    private let folder = TemporaryFolder()

    private func filled(_ keys: [[UInt8]]) throws -> RocksDatabase {
        let database = try RocksDatabase(
            directory: folder.path("db"), options: .state, createIfMissing: true)
        for key in keys { try database.put(key, key + [0]) }
        return database
    }

    private func keys(_ database: RocksDatabase, _ range: KeyRange) throws -> [[UInt8]] {
        var keys = [[UInt8]]()
        try database.forEach(in: range) { key, value in
            keys.append(key.withUnsafeBytes { Array($0) })
            #expect(value.count == key.count + 1)
            return true
        }
        return keys
    }

    @Test func shouldWalkAPrefixUpToItsLastByte() throws {
        let all: [[UInt8]] = [
            [1], [1, 0], [1, 0xFF], [1, 0xFF, 0xFF, 3], [2], [0xFF], [0xFF, 0xFF],
        ]
        let database = try filled(all)
        #expect(try keys(database, KeyRange(prefix: [1])) == Array(all[0..<4]))
        #expect(try keys(database, KeyRange(prefix: [1, 0xFF])) == Array(all[2..<4]))
        #expect(try keys(database, KeyRange(prefix: [0xFF])) == Array(all[5...]))
        #expect(try keys(database, KeyRange(prefix: [])) == all)
        #expect(try keys(database, KeyRange(lower: [1, 0], upper: [2])) == Array(all[1..<4]))
        #expect(try keys(database, KeyRange(lower: [3], upper: nil)) == Array(all[5...]))
        #expect(try keys(database, KeyRange(lower: [], upper: [])).isEmpty)
    }

    @Test func shouldStopWhereItIsTold() throws {
        let database = try filled([[1], [2], [3]])
        var seen = 0
        try database.forEach { _, _ in
            seen += 1
            return seen < 2
        }
        #expect(seen == 2)
    }

    @Test func shouldPassOnAnErrorOfTheBody() throws {
        let database = try filled([[1], [2]])
        let error = #expect(throws: StoreError.self) {
            try database.forEach { (_, _) throws(StoreError) in
                throw StoreError(.corruption, "this value does not decode")
            }
        }
        #expect(error?.code == .corruption)
    }

    @Test func shouldMoveBothWays() throws {
        let database = try filled([[1], [3], [5]])
        var iterator = try database.iterator(over: KeyRange(lower: [1], upper: [5]))
        var trail = [place(iterator)]
        try iterator.seek([2])
        trail.append(place(iterator))
        try iterator.previous()
        trail.append(place(iterator))
        try iterator.previous()
        trail.append(place(iterator))
        try iterator.seekToLast()
        trail.append(place(iterator))
        try iterator.next()
        trail.append(place(iterator))
        try iterator.seekForPrevious([2])
        trail.append(place(iterator))
        try iterator.seekToFirst()
        trail.append(place(iterator))
        #expect(trail == [nil, [3], [1], nil, [3], nil, [1], [1]])
        let value = iterator.value
        #expect(value == [1, 0])
    }

    private func place(_ iterator: borrowing RocksIterator) -> [UInt8]? {
        iterator.isValid ? iterator.key : nil
    }

    @Test func shouldSeeTheDatabaseAsItWas() throws {
        let database = try filled([[1], [2]])
        var iterator = try database.iterator()
        try database.put([3], [])
        var seen = [[UInt8]]()
        try iterator.seekToFirst()
        while iterator.isValid {
            seen.append(iterator.key)
            try iterator.next()
        }
        #expect(seen == [[1], [2]])
    }

    @Test func oracleAgainstASortedDictionary() throws {
        var generator = SplitMix64(state: 20)
        let database = try filled([])
        var model = [[UInt8]: [UInt8]]()
        for step in 0..<3_000 {
            let key = generator.bytes(Int.random(in: 0...3, using: &generator)).map { $0 & 0x83 }
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<6:
                let value = generator.bytes(Int.random(in: 0...40, using: &generator))
                try database.put(key, value)
                model[key] = value
            case 6..<8:
                var batch = WriteBatch()
                batch.delete(key)
                try database.write(batch, sync: false)
                model[key] = nil
            default:
                let other = generator.bytes(2).map { $0 & 0x83 }
                let range = key.lexicographicallyPrecedes(other) ? (key, other) : (other, key)
                let expected = model.keys.filter {
                    !$0.lexicographicallyPrecedes(range.0) && $0.lexicographicallyPrecedes(range.1)
                }.sorted { $0.lexicographicallyPrecedes($1) }
                var actual = [[UInt8]]()
                try database.forEach(in: KeyRange(lower: range.0, upper: range.1)) { key, value in
                    let key = key.withUnsafeBytes { Array($0) }
                    actual.append(key)
                    return model[key] == value.withUnsafeBytes { Array($0) }
                }
                #expect(actual == expected, "step \(step), range \(range)")
            }
            if step % 500 == 499 { try database.flush() }
        }
    }

    @Test func shouldShowASnapshotAsTheDatabaseWas() throws {
        let database = try filled([[1], [2], [3]])
        let snapshot = try database.snapshot()
        try database.put([2], [9])
        try database.put([4], [4, 0])
        var batch = WriteBatch()
        batch.delete([1])
        try database.write(batch, sync: false)
        var seen: [[UInt8]] = []
        try snapshot.forEach(in: .all) { key, value in
            seen.append(value.withUnsafeBytes { Array($0) })
            return true
        }
        #expect(seen == [[1, 0], [2, 0], [3, 0]])
        var value: [UInt8] = []
        #expect(try snapshot.get([UInt8]([1]).span, into: &value) && value == [1, 0])
        #expect(try !snapshot.get([UInt8]([4]).span, into: &value) && value.isEmpty)
        // It holds the database open, and reads on when that is closed.
        database.close()
        #expect(try snapshot.get([UInt8]([2]).span, into: &value) && value == [2, 0])
    }
}
