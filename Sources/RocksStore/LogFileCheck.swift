internal import Glibc

/// Tells a torn end from damage, in the write-ahead logs and the MANIFEST of a database that is
/// about to be opened.
///
/// No recovery mode of RocksDB 7.8 draws that line. `kPointInTimeRecovery` stops at the first bad
/// record wherever it is and drops the rest without a word. `kTolerateCorruptedTailRecords`
/// refuses a wrong checksum, but a flipped bit in a record's type makes the rest of the log "of an
/// older log", and one in a length near the end makes it "cut short": both are dropped without a
/// word; and it refuses to open after a power cut that left zeros inside a record. So this reads
/// the logs first, and RocksDB then opens them in `kPointInTimeRecovery`. The MANIFEST has the same
/// format and is read by the same tolerant code: one flipped bit can give an older, even an empty
/// database back (the tests of damage found it so).
///
/// A bad record is a **torn end**, dropped, when the file ends inside it, or when a sector in it is
/// zeros (a power cut after the file grew and before all of its data came; a disk writes sectors
/// in any order); and behind it comes nothing valid but later parts of the same record, or records
/// that were on their way to the disk in the same sync; and no later log goes on behind what was
/// lost. That they were in the same sync is what those records say themselves (`LogClaim`): when
/// the last of them was made, what is lost was not yet known to be on disk, so nobody was promised
/// it. Everything
/// else is **damage** and refuses to open. What is not seen here: a file cut at the exact end of a
/// record, and a log that is gone as a whole, look as if they had never been longer. Whoever keeps
/// positions elsewhere compares them.
///
/// The format, from RocksDB's `db/log_format.h`: blocks of 32 KiB; in them records of a masked
/// CRC-32C (4 bytes, over type and data), a length (2), a type (1: whole, 2: first part, 3: middle,
/// 4: last) and the data; fewer than 7 bytes at a block's end are padding. A write-ahead log's data
/// are write batches: their first sequence number (8 bytes), their count of changes (4), the rest.
struct LogFileCheck {
    let directory: String

    /// Checks the MANIFEST in force; throws `.corruption` with the file and the place of damage.
    ///
    /// - Returns: where its torn end begins, if it has one.
    func checkManifest() throws(StoreError) -> TornEnd? {
        // A CURRENT file that is no such name is RocksDB's to refuse.
        guard let current = DatabaseFolder(path: directory).currentManifest() else { return nil }
        let path = directory + "/" + current
        guard access(path, F_OK) == 0 || errno != ENOENT else {
            let file = directory + "/CURRENT"
            throw StoreError(
                .corruption, "\(file) names \(path), which is missing", file: file)
        }
        var scan = LogFileScan(path: path, content: .edits, checksum: Crc32c())
        guard case .torn(let offset) = try scan.run() else { return nil }
        return TornEnd(path: path, offset: offset)
    }

    /// Checks every write-ahead log of the folder; throws `.corruption` as for the MANIFEST.
    func checkLogs() throws(StoreError) {
        let names = try DatabaseFolder(path: directory).names()
        let logs = names.compactMap { name in
            DatabaseFolder.logNumber(name).map { (number: $0, path: directory + "/" + name) }
        }
        let checksum = Crc32c()
        var torn: (path: String, offset: Int, nextSequence: UInt64?)?
        for log in logs.sorted(by: { $0.number < $1.number }) {
            var scan = LogFileScan(path: log.path, content: .batches, checksum: checksum)
            let end = try scan.run()
            if let before = torn, let first = scan.firstSequence {
                // RocksDB opened, and wrote on, after the torn end was dropped: no hole.
                guard before.nextSequence == nil || before.nextSequence == first else {
                    throw StoreError(
                        .corruption,
                        "the write-ahead log \(before.path) is cut short at byte"
                            + " \(before.offset), and \(log.path) goes on behind what is lost",
                        file: before.path)
                }
                torn = nil
            }
            if case .torn(let offset) = end {
                torn = (log.path, offset, scan.nextSequence)
            }
        }
    }
}

/// The end of a file in RocksDB's log format that was being written when the power went.
struct TornEnd {
    let path: String
    /// Where the record begins that is not whole.
    let offset: Int

    /// Whether `error` may be RocksDB's of this very end.
    func isRefused(by error: StoreError) -> Bool {
        error.code == .corruption && (error.file ?? path) == path
    }

    /// Cuts the file there, durably.
    ///
    /// RocksDB drops the end of a MANIFEST that is short, but refuses one that has its length and
    /// lacks a sector. Called only after it refused: it reads the MANIFEST under its lock, so
    /// nobody is writing this one; nor will anyone, for whoever opens the database begins another.
    func cut() throws(StoreError) {
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { throw StoreError(errno: errno, "cannot cut \(path)", file: path) }
        defer { close(file) }
        guard ftruncate(file, off_t(offset)) == 0, fsync(file) == 0 else {
            throw StoreError(errno: errno, "cannot cut \(path)", file: path)
        }
    }
}

extension DatabaseFolder {
    /// The number in a write-ahead log's name ("000012.log"), nil for other names.
    static func logNumber(_ name: String) -> UInt64? {
        guard name.hasSuffix(".log") else { return nil }
        let digits = name.dropLast(4)
        guard digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            return nil
        }
        return UInt64(digits)
    }

    /// The file that CURRENT names, nil where it names none.
    func currentManifest() -> String? {
        let file = open(path + "/CURRENT", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        // "MANIFEST-", at most twenty digits, a newline.
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = read(file, &bytes, bytes.count)
        guard count > 1, bytes[count - 1] == UInt8(ascii: "\n") else { return nil }
        let name = String(decoding: bytes[..<(count - 1)], as: UTF8.self)
        return name.hasPrefix("MANIFEST-") ? name : nil
    }
}
