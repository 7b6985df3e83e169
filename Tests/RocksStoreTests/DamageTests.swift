import Glibc
import RocksStore
import Testing

/// Files of a closed database that are cut, changed or gone: an error that names the file, or every
/// value as it was, and never a wrong answer.
@Suite struct DamageTests {
    private let folder = TemporaryFolder()
    private let values = (0..<60).map { number in
        (key: bytes("key\(1_000 + number)"), value: bytes("value \(number * 7_919)"))
    }

    /// A closed database whose values lie in one sorted file; that file's name.
    private func make() throws -> String {
        let database = try RocksDatabase(
            directory: folder.path("made"), options: .state, createIfMissing: true)
        for (key, value) in values { try database.put(key, value) }
        try database.flush()
        let files = try database.liveFiles()
        database.close()
        #expect(files.count == 1)
        return files[0]
    }

    /// Opens a copy with `change` made to it and reads it in every way; passes on what is thrown.
    private func readAll(_ change: (_ copy: String) -> Void) throws(StoreError) {
        let copy = folder.path("copy")
        TemporaryFolder.remove(copy)
        TemporaryFolder.copy(folder.path("made"), to: copy)
        change(copy)
        let database = try RocksDatabase(directory: copy, options: .state, createIfMissing: true)
        for (key, value) in values { #expect(try database.get(key)?.array == value) }
        #expect(try database.get(bytes("absent")) == nil)
        var count = 0
        try database.forEach { key, value in
            #expect(key.withUnsafeBytes { Array($0) } == values[count].key)
            #expect(value.withUnsafeBytes { Array($0) } == values[count].value)
            count += 1
            return true
        }
        #expect(count == values.count)
    }

    @Test func shouldNameASortedFileThatIsCut() throws {
        let name = try make()
        let whole = Bytes.read(folder.path("made/" + name))
        for count in stride(from: 0, to: whole.count, by: 97) {
            let error = #expect(throws: StoreError.self, "cut to \(count)") {
                try readAll { Bytes.write(whole.prefix(count), to: $0 + "/" + name) }
            }
            #expect(error?.code == .corruption)
            #expect(error?.file == folder.path("copy/" + name))
        }
    }

    @Test func shouldNeverReadAWrongValueFromAChangedSortedFile() throws {
        let name = try make()
        let whole = Bytes.read(folder.path("made/" + name))
        var refused = 0
        for index in stride(from: 0, to: whole.count, by: 5) {
            do {
                try readAll { copy in
                    var changed = whole
                    changed[index] ^= 0x20
                    Bytes.write(changed, to: copy + "/" + name)
                }
            } catch {
                refused += 1
                #expect(error.code == .corruption || error.code == .incompatible, "\(error)")
                // RocksDB blames the MANIFEST for damage in a file's own properties.
                #expect(error.file != nil, "byte \(index): \(error)")
            }
        }
        // Each byte of the data is under a checksum; some of the properties are never needed.
        #expect(refused > whole.count / 5 / 2)
    }

    @Test func shouldNameASortedFileThatIsGone() throws {
        let name = try make()
        let error = #expect(throws: StoreError.self) {
            try readAll { unlink($0 + "/" + name) }
        }
        #expect(error?.code == .corruption)
        #expect(error?.file == folder.path("copy/" + name))
    }

    @Test func shouldNeverMakeALostDatabaseNew() throws {
        let name = try make()
        let gone = #expect(throws: StoreError.self) { try readAll { unlink($0 + "/CURRENT") } }
        #expect(gone?.code == .corruption)
        #expect(gone?.file == folder.path("copy/CURRENT"))
        #expect(access(folder.path("copy/" + name), F_OK) == 0)
        for content in ["", "MANIFEST", "MANIFEST-000099\n", "\n", "garbage\n"] {
            let error = #expect(throws: StoreError.self, "CURRENT is \(content.debugDescription)") {
                try readAll { Bytes.write(bytes(content), to: $0 + "/CURRENT") }
            }
            #expect(error?.code == .corruption, "\(String(describing: error))")
            let isNamed = error?.description.contains("CURRENT") == true
            #expect(isNamed || content == "MANIFEST-000099\n")
            #expect(access(folder.path("copy/" + name), F_OK) == 0)
        }
    }

    /// A MANIFEST that ends early is a database of an earlier moment, if that moment's files are
    /// there: an error, all, or nothing, but never a part.
    @Test func shouldNeverReadAPartThroughACutManifest() throws {
        _ = try make()
        let manifest = TemporaryFolder.names(in: folder.path("made"))
            .filter { $0.hasPrefix("MANIFEST") }.joined()
        let whole = Bytes.read(folder.path("made/" + manifest))
        var refused = 0
        for count in 0...whole.count {
            let copy = folder.path("copy")
            TemporaryFolder.remove(copy)
            TemporaryFolder.copy(folder.path("made"), to: copy)
            Bytes.write(whole.prefix(count), to: copy + "/" + manifest)
            do {
                let database = try RocksDatabase(directory: copy, options: .state)
                var found = 0
                try database.forEach { _, _ in
                    found += 1
                    return true
                }
                #expect(found == values.count || found == 0, "cut to \(count)")
            } catch {
                refused += 1
                #expect(error.code == .corruption, "cut to \(count): \(error)")
            }
        }
        #expect(refused > 0)
    }

    @Test func shouldRefuseEveryChangedByteOfTheManifest() throws {
        _ = try make()
        let manifest = TemporaryFolder.names(in: folder.path("made"))
            .filter { $0.hasPrefix("MANIFEST") }.joined()
        let whole = Bytes.read(folder.path("made/" + manifest))
        for index in whole.indices {
            var changed = whole
            changed[index] ^= 0x04
            let error = #expect(throws: StoreError.self, "byte \(index)") {
                try readAll { Bytes.write(changed, to: $0 + "/" + manifest) }
            }
            #expect(error?.code == .corruption)
            #expect(error?.file == folder.path("copy/" + manifest))
        }
    }

    /// CURRENT is one of few lines without a checksum: what it names is there, or it is damaged.
    @Test func shouldNameACurrentFileThatIsChanged() throws {
        _ = try make()
        let whole = Bytes.read(folder.path("made/CURRENT"))
        for index in whole.indices {
            var changed = whole
            changed[index] ^= 0x01
            let error = #expect(throws: StoreError.self, "byte \(index)") {
                try readAll { Bytes.write(changed, to: $0 + "/CURRENT") }
            }
            #expect(error?.code == .corruption, "byte \(index)")
            #expect(error?.file == folder.path("copy/CURRENT"), "byte \(index)")
        }
    }

    /// The footer's version and kind of checksum, and the names of the properties: RocksDB alone
    /// names the MANIFEST.
    @Test func shouldNameASortedFileWhoseFooterOrPropertiesAreChanged() throws {
        let name = try make()
        let whole = Bytes.read(folder.path("made/" + name))
        let word = bytes("rocksdb.block.based.table.")
        let properties = try #require(
            whole.indices.first { whole[$0...].starts(with: word) })
        // Eight bytes of magic number end the file; the version's four stand before them, and the
        // kind of checksum before 40 of places.
        for (index, flip) in [
            (whole.count - 53, 0xF8), (whole.count - 9, 0x40), (whole.count - 12, 0x08),
            (properties, 0x0F),
        ] {
            var changed = whole
            changed[index] ^= UInt8(flip)
            let error = #expect(throws: StoreError.self, "byte \(index)") {
                try readAll { Bytes.write(changed, to: $0 + "/" + name) }
            }
            #expect(error?.code == .corruption)
            #expect(error?.file == folder.path("copy/" + name), "\(error?.reason ?? "")")
        }
    }
}
