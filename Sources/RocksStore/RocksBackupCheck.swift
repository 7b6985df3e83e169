internal import Glibc

extension RocksBackups {
    private static let pieceBytes = 1 << 20
    /// RocksDB's lists are some hundred bytes a file.
    private static let listLimitBytes = 256 << 20

    /// The CRC-32C of a copy's list of files.
    package func listChecksum(of number: UInt32) throws(StoreError) -> UInt32 {
        let list = try Self.read(listPath(number), limit: Self.listLimitBytes)
        return list.withUnsafeBytes { Crc32c().value(of: $0) }
    }

    /// Reads every file of a copy and compares its checksum; `listChecksum` is what was kept of the
    /// list. Throws `.corruption` with the file's name.
    ///
    /// The engine's own check compares sizes alone, in the C interface of RocksDB 7.8.
    package func check(_ number: UInt32, listChecksum: UInt32) throws(StoreError) {
        try checkList(number, checksum: listChecksum)
        let crc = Crc32c()
        for file in try files(of: number) {
            let name = path + "/" + file.path
            guard try Self.checksum(name, crc) == file.checksum else {
                throw StoreError(
                    .corruption, "\(name) does not match the checksum in its list", file: name)
            }
        }
    }

    /// Compares a copy's list of files with what was kept of it; `.corruption` where it differs.
    package func checkList(_ number: UInt32, checksum: UInt32) throws(StoreError) {
        guard try listChecksum(of: number) == checksum else {
            let name = listPath(number)
            throw StoreError(.corruption, "\(name) is not the list that was written", file: name)
        }
    }

    private func listPath(_ number: UInt32) -> String { "\(path)/meta/\(number)" }

    /// The files of a copy. A list in RocksDB 7.8 is lines of text: a time, a sequence number, the
    /// count of files, then of each file its path, the word "crc32" and its CRC-32C in decimal.
    private func files(
        of number: UInt32
    ) throws(StoreError) -> [(path: String, checksum: UInt32)] {
        let name = listPath(number)
        let text = String(
            decoding: try Self.read(name, limit: Self.listLimitBytes), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        var files: [(path: String, checksum: UInt32)] = []
        for line in lines.dropFirst(3) {
            let words = line.split(separator: " ")
            guard words.count == 3, words[1] == "crc32", let checksum = UInt32(words[2]) else {
                throw StoreError(.corruption, "\(name) has a line that names no file", file: name)
            }
            files.append((String(words[0]), checksum))
        }
        guard lines.count >= 3, Int(lines[2]) == files.count else {
            throw StoreError(.corruption, "\(name) counts other files than it names", file: name)
        }
        return files
    }

    private static func read(_ path: String, limit: Int) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        try forEachPiece(of: path) { piece in
            if bytes.count < limit { bytes.append(contentsOf: piece) }
        }
        return bytes
    }

    private static func checksum(_ path: String, _ crc: Crc32c) throws(StoreError) -> UInt32 {
        var value: UInt32 = 0
        try forEachPiece(of: path) { value = crc.value(of: $0, after: value) }
        return value
    }

    private static func forEachPiece(
        of path: String, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(StoreError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            let isMissing = errno == ENOENT
            let error = StoreError(errno: errno, "cannot read \(path)", file: path)
            // A file that a list names is not just absent.
            throw isMissing ? StoreError(.corruption, error.reason, file: path) : error
        }
        defer { close(file) }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer { piece.deallocate() }
        while true {
            let count = Glibc.read(file, piece.baseAddress, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw StoreError(errno: errno, "cannot read \(path)", file: path)
            }
            if count == 0 { return }
            body(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        }
    }
}
