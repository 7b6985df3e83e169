internal import Glibc

/// Reads one file in RocksDB's log format from end to end; `LogFileCheck` says what it looks for.
struct LogFileScan {
    /// What the records of a file are.
    enum Content: String {
        /// Write batches, which carry sequence numbers.
        case batches = "write-ahead log"
        /// Changes to the list of files.
        case edits = "manifest"
    }

    /// How a log ends.
    enum End: Equatable {
        /// With its last record.
        case whole
        /// Inside a record that begins at this byte.
        case torn(offset: Int)
    }

    private static let blockBytes = 32 << 10
    private static let headerBytes = 7
    /// What disks write as a whole at least.
    private static let sectorBytes = 512
    private static let batchHeaderBytes = 12

    private let path: String
    private let content: Content
    private let checksum: Crc32c
    /// The first batch's sequence number, once it is read.
    private(set) var firstSequence: UInt64?
    /// The sequence number after the last whole batch, once there is one.
    private(set) var nextSequence: UInt64?

    private var block = [UInt8]()
    private var blockOffset = 0
    private var fileBytes = 0
    /// The first bytes of the whole record that is being put together; nil between them.
    private var recordHeader: [UInt8]?
    private var recordOffset = 0

    init(path: String, content: Content, checksum: Crc32c) {
        self.path = path
        self.content = content
        self.checksum = checksum
    }

    /// Reads the log; throws `.corruption` where it is damaged.
    mutating func run() throws(StoreError) -> End {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        // A log that another process removed meanwhile is no longer needed.
        if file < 0 && errno == ENOENT { return .whole }
        guard file >= 0 else {
            throw unreadable()
        }
        defer { close(file) }
        fileBytes = Int(lseek(file, 0, SEEK_END))
        while try readBlock(file, at: blockOffset) {
            var offset = 0
            while offset + Self.headerBytes <= block.count {
                guard let end = recordEnd(at: offset) else {
                    return try judge(badRecordAt: offset, in: file)
                }
                try take(recordAt: offset, end: end)
                offset = end
            }
            // A header that the file ends in, and not the padding at a full block's end.
            if offset < block.count && block.count < Self.blockBytes {
                return .torn(offset: recordHeader == nil ? blockOffset + offset : recordOffset)
            }
            blockOffset += Self.blockBytes
        }
        return recordHeader == nil ? .whole : .torn(offset: recordOffset)
    }

    private mutating func readBlock(_ file: Int32, at offset: Int) throws(StoreError) -> Bool {
        let wanted = min(Self.blockBytes, fileBytes - offset)
        guard wanted > 0 else { return false }
        block = [UInt8](repeating: 0, count: wanted)
        var count = 0
        while count < wanted {
            let got = block.withUnsafeMutableBytes { bytes in
                pread(file, bytes.baseAddress! + count, wanted - count, off_t(offset + count))
            }
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else {
                throw unreadable()
            }
            if got == 0 { break }
            count += got
        }
        block.removeLast(wanted - count)
        return count > 0
    }

    // MARK: - Records

    /// The end in the block of the valid record at `offset`; nil where there is none.
    private func recordEnd(at offset: Int) -> Int? {
        let type = block[offset + 6]
        guard type >= 1 && type <= 4 else { return nil }
        let end = offset + Self.headerBytes + length(at: offset)
        return isValid(from: offset, to: end) ? end : nil
    }

    private func length(at offset: Int) -> Int {
        Int(block[offset + 4]) | Int(block[offset + 5]) << 8
    }

    /// Whether the bytes of a record from its type to `end` have the checksum in its header.
    private func isValid(from offset: Int, to end: Int) -> Bool {
        guard end <= block.count else { return false }
        let stored = (0..<4).reduce(UInt32(0)) { $0 | UInt32(block[offset + $1]) << UInt32($1 * 8) }
        return block.withUnsafeBytes { bytes in
            checksum.masked(of: UnsafeRawBufferPointer(rebasing: bytes[(offset + 6)..<end]))
                == stored
        }
    }

    /// Follows the parts of a batch, and the sequence numbers of batches.
    private mutating func take(recordAt offset: Int, end: Int) throws(StoreError) {
        let type = block[offset + 6]
        let begins = type == 1 || type == 2
        guard begins == (recordHeader == nil) else {
            throw damage(at: blockOffset + offset, "a part of a record stands alone")
        }
        if begins { recordOffset = blockOffset + offset }
        var header = recordHeader ?? []
        let data = block[(offset + Self.headerBytes)..<end]
        header.append(contentsOf: data.prefix(Self.batchHeaderBytes - header.count))
        guard type == 1 || type == 4 else {
            recordHeader = header
            return
        }
        recordHeader = nil
        guard content == .batches else { return }
        guard header.count == Self.batchHeaderBytes else {
            throw damage(at: recordOffset, "a record is too short to be a write batch")
        }
        let sequence = (0..<8).reduce(UInt64(0)) { $0 | UInt64(header[$1]) << UInt64($1 * 8) }
        let count = (8..<12).reduce(UInt64(0)) { $0 | UInt64(header[$1]) << UInt64(($1 - 8) * 8) }
        if firstSequence == nil { firstSequence = sequence }
        nextSequence = sequence &+ count
    }

    // MARK: - Judging

    /// A torn end, or an error: the bytes at `offset` of the block are no valid record.
    private mutating func judge(
        badRecordAt offset: Int, in file: Int32
    ) throws(StoreError) -> End {
        let place = blockOffset + offset
        let end = offset + Self.headerBytes + length(at: offset)
        let isCutShort = end > block.count && block.count < Self.blockBytes
        if isCutShort && isValid(from: offset, to: block.count) {
            throw damage(at: place, "a record's length is wrong")
        }
        let hasHole = hasHole(from: offset, to: min(end, block.count))
        let isLastPart = block[offset + 6] == 1 || block[offset + 6] == 4
        let following = try following(offset, in: file)
        let isOneSync = hasHole && following.claims(nothingFrom: nextSequence ?? 1)
        if (following.kind == .records && !isOneSync)
            || (following.kind == .parts && (!hasHole || isLastPart))
        {
            throw damage(at: place, "whole records follow a bad one")
        }
        guard isCutShort || hasHole else {
            throw damage(at: place, "a record does not match its checksum")
        }
        return .torn(offset: recordHeader == nil ? place : recordOffset)
    }

    /// Whether a sector of the record from `offset` to `end` of the block was never written: it is
    /// zeros to its end or the file's, from its start or, where it had held the end of the record
    /// before, from `offset`.
    private func hasHole(from offset: Int, to end: Int) -> Bool {
        var start = offset
        while start < end {
            let sector = (start / Self.sectorBytes + 1) * Self.sectorBytes
            let next = min(sector, block.count)
            let isTold = start > offset || next - start >= Self.headerBytes
            if isTold && block[start..<next].allSatisfy({ $0 == 0 }) { return true }
            start = next
        }
        return false
    }

    /// What stands behind a bad record.
    private struct Following {
        /// What it is.
        enum Kind {
            /// Nothing that is valid.
            case nothing
            /// The later parts of one record, which may be of the bad one.
            case parts
            /// Records, or parts of more than one.
            case records
        }

        var kind = Kind.nothing
        /// Whether each record that begins or ends there says how far the log was on disk.
        private var allClaim = true
        /// The furthest that one says; nil: none does.
        private var furthestClaim: UInt64?

        /// Whether they say that nothing from a sequence number on was on disk.
        func claims(nothingFrom sequence: UInt64) -> Bool {
            allClaim && furthestClaim.map { $0 < sequence } ?? false
        }

        /// Takes in what a record says.
        mutating func note(_ found: LogClaim.Found) {
            switch found {
            case .claim(let claim): furthestClaim = max(furthestClaim ?? 0, claim)
            case .none: allClaim = false
            case .unknown: break
            }
        }
    }

    /// What stands behind `offset` of the block, up to the end of the file.
    private mutating func following(
        _ offset: Int, in file: Int32
    ) throws(StoreError) -> Following {
        var found = Following()
        var isEnded = false
        var offset = offset + 1
        var base = blockOffset
        repeat {
            while offset + Self.headerBytes <= block.count {
                guard length(at: offset) > 0, let end = recordEnd(at: offset) else {
                    offset += 1
                    continue
                }
                let type = block[offset + 6]
                let data = block[(offset + Self.headerBytes)..<end]
                if type == 1 || type == 4 { found.note(LogClaim.last(in: data)) }
                if type <= 2 {
                    found.kind = .records
                    found.note(LogClaim.first(in: data))
                } else if found.kind == .nothing {
                    found.kind = .parts
                } else if isEnded {
                    // The parts of a record whose beginning is lost too.
                    found.kind = .records
                }
                isEnded = type == 4 || type == 1
                offset = end
            }
            offset = 0
            base += Self.blockBytes
        } while try readBlock(file, at: base)
        return found
    }

    /// What `errno` says of the call before.
    private func unreadable() -> StoreError {
        StoreError(errno: errno, "cannot read the \(content.rawValue) \(path)", file: path)
    }

    private func damage(at offset: Int, _ what: String) -> StoreError {
        StoreError(
            .corruption,
            "the \(content.rawValue) \(path) is damaged at byte \(offset) of \(fileBytes): \(what)",
            file: path)
    }
}
