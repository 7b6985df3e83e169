internal import Glibc

/// Looks at the one place in sorted files that RocksDB 7.8 reads before it checks it.
///
/// A file's properties may have been changed after their checksum was made (ingestion writes a
/// sequence number into them), so RocksDB takes the block apart first and compares the checksum
/// after. Where the highest bit of the block's last word is flipped, the block seems to end in a
/// hash index that it does not have, and RocksDB as Debian builds it, with assertions, ends the
/// process: no error, no file's name. Blocks of properties never have such an index, so a set bit
/// is damage. Everything else in the file is RocksDB's to check.
///
/// The format, from RocksDB's `table/format.cc`: a file ends in 53 bytes of checksum type (1), the
/// places of the meta index and of the index (offset and size as varints, padded to 40), version
/// (4) and magic number (8). The meta index holds entries of three lengths as varints (shared,
/// unshared, value), a name and a place; one of them is named "rocksdb.properties".
struct SortedFileCheck {
    let directory: String

    private static let footerBytes = 53
    private static let magic: [UInt8] = [0xF7, 0xCF, 0xF4, 0x85, 0xB7, 0x41, 0xE2, 0x88]
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
        var place = 1
        guard let offset = Self.varint(footer, &place), let size = Self.varint(footer, &place),
            size <= Self.metaIndexLimitBytes, let index = Self.read(file, offset, size),
            let properties = Self.properties(in: index),
            let word = Self.read(file, properties.offset + properties.size - 4, 4)
        else { return }
        guard word[3] & 0x80 == 0 else {
            throw StoreError(
                .corruption,
                "the sorted file \(path) is damaged at byte "
                    + "\(properties.offset + properties.size - 1): its properties have no index",
                file: path)
        }
    }

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
