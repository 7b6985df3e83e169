internal import Glibc
internal import NodeKeys
internal import NodeRuntime

/// The files of snapshots, byte by byte: copied, shared, read back, made durable.
enum SnapshotFiles {
    /// A file's size and its hash.
    struct Sum: Equatable {
        var bytes: UInt64 = 0
        var hash = ""
    }

    /// Bytes that are read at once: 1 MiB. Between two of them it is looked whether to go on.
    private static let pieceBytes = 1 << 20

    // MARK: Folders

    /// The names in a folder, in the order of their bytes; none where there is no such folder.
    ///
    /// - Throws: `StoreFailure`.
    static func names(in path: String) throws(StoreFailure) -> [String] {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return [] }
            throw failure("cannot read the folder \(path)")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Makes a folder where there is none, and its name durable in `parent`.
    ///
    /// - Throws: `StoreFailure`.
    static func makeFolder(_ path: String, in parent: String) throws(StoreFailure) {
        guard mkdir(path, 0o700) != 0 else { return try sync(parent) }
        guard errno == EEXIST else { throw failure("cannot make the folder \(path)") }
    }

    /// Removes a folder and the files in it, as far as that is possible.
    static func remove(_ path: String) {
        for name in (try? names(in: path)) ?? [] { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// Makes a folder without anything in it.
    ///
    /// - Throws: `StoreFailure`.
    static func makeNew(_ path: String) throws(StoreFailure) {
        remove(path)
        guard mkdir(path, 0o755) == 0 else { throw failure("cannot make the folder \(path)") }
    }

    /// Seconds since 1970.
    static var secondsNow: Int64 { Int64(time(nil)) }

    /// Seconds since a file or folder was changed, by the clock of who asks; nil where it is gone.
    static func secondsUnchanged(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return time(nil) - status.st_mtim.tv_sec
    }

    // MARK: Files

    /// A file's size in bytes; nil where it is no file.
    static func byteCount(_ path: String) -> UInt64? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return UInt64(max(0, status.st_size))
    }

    /// Reads a small file whole; nil where it is larger than `limit` bytes.
    ///
    /// - Throws: `StoreFailure`.
    static func read(_ path: String, limit: Int) throws(StoreFailure) -> [UInt8]? {
        var bytes: [UInt8] = []
        var isLarger = false
        try forEachPiece(of: path) { (piece) throws(StoreFailure) in
            isLarger = isLarger || bytes.count + piece.count > limit
            if !isLarger { bytes.append(contentsOf: piece) }
        }
        return isLarger ? nil : bytes
    }

    /// Reads up to `limit` bytes of a file, from an offset on; fewer at its end.
    ///
    /// - Throws: `StoreFailure`; `damaged` where there is no such file.
    static func read(
        _ path: String, from offset: UInt64, limit: Int
    ) throws(StoreFailure) -> [UInt8] {
        let file = try openToRead(path)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit {
            let read = bytes.withUnsafeMutableBytes {
                pread(file, $0.baseAddress! + count, limit - count, off_t(offset) + count)
            }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw failure("cannot read \(path)") }
            if read == 0 { break }
            count += read
        }
        return Array(bytes.prefix(count))
    }

    /// Writes a file that is not there yet; durable but for its name when this returns.
    ///
    /// - Throws: `StoreFailure`.
    static func write(_ bytes: [UInt8], to path: String) throws(StoreFailure) {
        let file = try create(path)
        defer { close(file) }
        try bytes.span.withUnsafeBytes { (all) throws(StoreFailure) in
            try append(all, to: file, path)
        }
        guard fsync(file) == 0 else { throw failure("cannot write \(path)") }
    }

    /// Reads a file from the disk, as far as the system can be told to, and sums it.
    ///
    /// - Parameter goesOn: false once the sum is not wanted any more.
    /// - Throws: `StoreFailure`; `damaged` where there is no such file.
    static func sum(
        of path: String, goesOn: () -> Bool = { true }
    ) throws(StoreFailure) -> Sum {
        let hasher = ContentHasher()
        var sum = Sum()
        try forEachPiece(of: path) { (piece) throws(StoreFailure) in
            guard goesOn() else { throw notWanted }
            hasher.add(piece)
            sum.bytes += UInt64(piece.count)
        }
        sum.hash = hasher.finish()
        return sum
    }

    /// Writes a file that is not there yet, of pieces; durable but for its name when this returns.
    ///
    /// - Parameters:
    ///   - limit: the bytes that it is to have. No piece is asked for beyond them, and one that
    ///     leads beyond them ends it.
    ///   - goesOn: false once it is not wanted any more.
    ///   - piece: the bytes from an offset on; none ends it.
    /// - Returns: the sum of what was written.
    /// - Throws: `StoreFailure`.
    static func write(
        _ path: String, atMost limit: UInt64, goesOn: () -> Bool,
        piece: (_ offset: UInt64) throws(StoreFailure) -> [UInt8]
    ) throws(StoreFailure) -> Sum {
        let file = try create(path)
        defer { close(file) }
        let hasher = ContentHasher()
        var sum = Sum()
        while sum.bytes < limit {
            guard goesOn() else { throw notWanted }
            let bytes = try piece(sum.bytes)
            guard !bytes.isEmpty, UInt64(bytes.count) <= limit - sum.bytes else { break }
            try bytes.span.withUnsafeBytes { (all) throws(StoreFailure) in
                try append(all, to: file, path)
                hasher.add(all)
            }
            sum.bytes += UInt64(bytes.count)
        }
        guard fsync(file) == 0 else { throw failure("cannot write \(path)") }
        sum.hash = hasher.finish()
        return sum
    }

    /// Copies a file to a place where there is none; durable but for its name when this returns.
    ///
    /// - Parameter goesOn: false once the copy is not wanted any more.
    /// - Returns: the sum of what was read.
    /// - Throws: `StoreFailure`; `damaged` where there is no such file.
    static func copy(
        _ source: String, to path: String, goesOn: () -> Bool
    ) throws(StoreFailure) -> Sum {
        let file = try create(path)
        defer { close(file) }
        let hasher = ContentHasher()
        var sum = Sum()
        try forEachPiece(of: source) { (piece) throws(StoreFailure) in
            guard goesOn() else { throw notWanted }
            try append(piece, to: file, path)
            hasher.add(piece)
            sum.bytes += UInt64(piece.count)
        }
        guard fsync(file) == 0 else { throw failure("cannot write \(path)") }
        sum.hash = hasher.finish()
        return sum
    }

    /// Gives a file a second name; false where the file system cannot, or the file has just gone.
    static func share(_ path: String, as name: String) -> Bool { link(path, name) == 0 }

    /// Makes a file's bytes, or the names in a folder, durable.
    ///
    /// - Throws: `StoreFailure`.
    static func sync(_ path: String) throws(StoreFailure) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("cannot write \(path)") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("cannot write \(path)") }
    }

    // MARK: Parts

    /// Why what was begun does not go on.
    static let notWanted = StoreFailure(
        .held, "the partition is not wanted here any more", remedy: "nothing is to be done")

    /// The failure that errno tells.
    static func failure(_ what: String) -> StoreFailure {
        let number = errno
        let reason = "\(what): \(String(cString: strerror(number)))"
        return switch number {
        case ENOSPC, EDQUOT: StoreFailure(.noSpace, reason, remedy: "free space on that disk")
        case EACCES, EPERM, EROFS:
            StoreFailure(.readOnly, reason, remedy: "give this user the right to write there")
        default: StoreFailure(.ioError, reason, remedy: "check that disk, or its mount")
        }
    }

    private static func create(_ path: String) throws(StoreFailure) -> Int32 {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("cannot write \(path)") }
        return file
    }

    private static func append(
        _ bytes: UnsafeRawBufferPointer, to file: Int32, _ path: String
    ) throws(StoreFailure) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = Glibc.write(file, start, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("cannot write \(path)") }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private static func openToRead(_ path: String) throws(StoreFailure) -> Int32 {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file < 0 else { return file }
        let isGone = errno == ENOENT
        let failure = failure("cannot read \(path)")
        throw isGone ? StoreFailure(.damaged, failure.reason, remedy: failure.remedy) : failure
    }

    private static func forEachPiece(
        of path: String, _ body: (UnsafeRawBufferPointer) throws(StoreFailure) -> Void
    ) throws(StoreFailure) {
        let file = try openToRead(path)
        defer { close(file) }
        // What was just written is to be read from the disk, not from memory.
        _ = posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer { piece.deallocate() }
        while true {
            let count = Glibc.read(file, piece.baseAddress, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot read \(path)") }
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        }
    }
}
