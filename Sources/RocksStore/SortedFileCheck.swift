internal import Glibc

/// Looks at the places in sorted files that RocksDB 7.8 reads before it checks them: the footer's
/// kind of checksum and version, and the properties.
///
/// A file's properties may have been changed after their checksum was made (ingestion writes a
/// sequence number into them), so RocksDB takes the block apart first and compares the checksum
/// after. Where the highest bit of the block's last word is flipped, the block seems to end in a
/// hash index that it does not have, and RocksDB as Debian builds it, with assertions, ends the
/// process: no error, no file's name. Blocks of properties never have such an index, so a set bit
/// is damage. Where the properties' names are out of order, or the version or the kind of checksum
/// is unknown, RocksDB does refuse, but names the MANIFEST. Everything else in the file is
/// RocksDB's to check.
///
/// The format, from RocksDB's `table/format.cc`: a file ends in 53 bytes of checksum type (1), the
/// places of the meta index and of the index (offset and size as varints, padded to 40), version
/// (4) and magic number (8). The meta index holds entries of three lengths as varints (shared,
/// unshared, value), a name and a place; one of them is named "rocksdb.properties". The properties
/// are such entries too; a block ends in the places of its restarts (4 each) and their count (4).
struct SortedFileCheck {
    let directory: String

    private static let footerBytes = 53
    private static let magic: [UInt8] = [0xF7, 0xCF, 0xF4, 0x85, 0xB7, 0x41, 0xE2, 0x88]
    /// The latest version of the format that RocksDB 7.8 knows.
    private static let latestVersion = 5
    /// The last of the kinds of checksums that RocksDB 7.8 knows (XXH3).
    private static let latestChecksum = 4
    private static let propertiesName = Array("rocksdb.properties".utf8)
    private static let metaIndexLimitBytes = 1 << 16

    /// Checks every sorted file of the folder; throws `.corruption` with the file's name.
    func check() throws(StoreError) {
        for name in try DatabaseFolder(path: directory).names() where name.hasSuffix(".sst") {
            try check(directory + "/" + name)
        }
    }

    private func check(_ path: String) throws(StoreError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        // A missing or unreadable file is RocksDB's to tell.
        guard file >= 0 else { return }
        defer { close(file) }
        let end = Int(lseek(file, 0, SEEK_END))
        guard let footer = Self.read(file, end - Self.footerBytes, Self.footerBytes),
            Array(footer.suffix(Self.magic.count)) == Self.magic
        else { return }
        guard footer[0] <= Self.latestChecksum else {
            throw damaged(
                path, at: end - Self.footerBytes, "its kind of checksum \(footer[0]) is unknown")
        }
        let version = Self.word(footer, at: footer.count - Self.magic.count - 4)
        guard version <= Self.latestVersion else {
            throw damaged(
                path, at: end - Self.magic.count - 4, "its format \(version) is unknown")
        }
        var place = 1
        guard let offset = Self.varint(footer, &place), let size = Self.varint(footer, &place),
            size <= Self.metaIndexLimitBytes, let index = Self.read(file, offset, size),
            let properties = Self.properties(in: index),
            properties.size <= Self.metaIndexLimitBytes,
            let block = Self.read(file, properties.offset, properties.size), block.count >= 4
        else { return }
        guard block[block.count - 1] & 0x80 == 0 else {
            throw damaged(
                path, at: properties.offset + properties.size - 1, "its properties have no index")
        }
        guard Self.isSorted(block) else {
            throw damaged(path, at: properties.offset, "its properties are out of order")
        }
    }

    private func damaged(_ path: String, at byte: Int, _ what: String) -> StoreError {
        StoreError(
            .corruption, "the sorted file \(path) is damaged at byte \(byte): \(what)", file: path)
    }

    // MARK: Naming what RocksDB does not

    /// How many files a text lists at most.
    private static let listedFiles = 8

    /// RocksDB's refusal to open, with the file that it leaves out. It names the MANIFEST where a
    /// sorted file's properties contradict it: the sequence number that ingestion wrote there. The
    /// MANIFEST itself was found sound before.
    func naming(_ error: StoreError) -> StoreError {
        guard error.code == .corruption, error.reason.contains("global seqno"),
            let all = try? DatabaseFolder(path: directory).names()
        else { return error }
        let names = all.filter { $0.hasSuffix(".sst") }
        let listed = names.prefix(Self.listedFiles).joined(separator: ", ")
        let rest = names.count > Self.listedFiles ? " and others" : ""
        return StoreError(
            .corruption,
            "\(directory): one of its sorted files has damaged properties (\(listed)\(rest)): "
                + error.reason,
            file: directory)
    }

    // MARK: Parts

    /// Where the properties are, if the meta index can be read and says so.
    private static func properties(in index: [UInt8]) -> (offset: Int, size: Int)? {
        var place = 0
        while place < index.count {
            guard let shared = varint(index, &place), shared == 0,
                let nameCount = varint(index, &place), let valueCount = varint(index, &place),
                nameCount + valueCount <= index.count - place
            else { return nil }
            let name = index[place..<place + nameCount]
            place += nameCount
            let next = place + valueCount
            if name.elementsEqual(propertiesName) {
                guard let offset = varint(index, &place), let size = varint(index, &place)
                else { return nil }
                return (offset, size)
            }
            place = next
        }
        return nil
    }

    /// Whether the names in a block of properties rise. True where it cannot be read so far: then
    /// its checksum tells.
    private static func isSorted(_ block: [UInt8]) -> Bool {
        let end = block.count - 4 * (1 + word(block, at: block.count - 4))
        var (place, last) = (0, [UInt8]())
        while place < end {
            guard let shared = varint(block, &place), let nameCount = varint(block, &place),
                let valueCount = varint(block, &place), shared <= last.count,
                nameCount + valueCount <= end - place
            else { return true }
            let name = last.prefix(shared) + block[place..<place + nameCount]
            guard !name.lexicographicallyPrecedes(last) else { return false }
            last = Array(name)
            place += nameCount + valueCount
        }
        return true
    }

    /// Four bytes, the least first.
    private static func word(_ bytes: [UInt8], at place: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }

    private static func varint(_ bytes: [UInt8], _ place: inout Int) -> Int? {
        var value = 0
        // Five groups of seven bits: 32 GiB, more than any sorted file.
        for shift in stride(from: 0, to: 35, by: 7) {
            guard place < bytes.count else { return nil }
            let byte = bytes[place]
            place += 1
            value |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    private static func read(_ file: Int32, _ offset: Int, _ count: Int) -> [UInt8]? {
        guard offset >= 0, count > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        guard pread(file, &bytes, count, off_t(offset)) == count else { return nil }
        return bytes
    }
}
