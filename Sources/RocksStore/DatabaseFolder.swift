internal import Glibc

/// The folder of a database, looked at before RocksDB touches it.
struct DatabaseFolder {
    let path: String

    /// Refuses what RocksDB would misread: a file in the folder's place, a missing database that
    /// is not to be made, and the parts of one that has lost its CURRENT file, which RocksDB would
    /// take for a new one and empty. True where a database is there.
    func holdsDatabase(createIfMissing: Bool) throws(StoreError) -> Bool {
        var status = stat()
        if stat(path, &status) != 0 {
            let code = errno
            if code == ENOENT, createIfMissing { return false }
            throw StoreError(errno: code, "there is no database in \(path)", file: path)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.notADirectory, "\(path) is a file, not a folder", file: path)
        }
        let names = try names()
        if names.contains("CURRENT") { return true }
        if let part = names.first(where: DatabaseFolder.isOfALivedInDatabase) {
            let current = path + "/CURRENT"
            throw StoreError(
                .corruption, "\(current) is missing, though \(part) is there", file: current)
        }
        if !createIfMissing {
            throw StoreError(.notFound, "there is no database in \(path)", file: path)
        }
        return false
    }

    /// Sorted files, write-ahead logs and all manifests but the first exist only after CURRENT did.
    private static func isOfALivedInDatabase(_ name: String) -> Bool {
        logNumber(name) != nil || name.hasSuffix(".sst")
            || (name.hasPrefix("MANIFEST-") && name != "MANIFEST-000001")
    }

    /// The names in the folder, in the order of their bytes.
    func names() throws(StoreError) -> [String] {
        guard let folder = opendir(path) else {
            throw StoreError(errno: errno, "cannot read the folder \(path)", file: path)
        }
        defer { closedir(folder) }
        var names = [String]()
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Removes the files of options that RocksDB began and could not end, and never removes itself:
    /// it knows no name for the level that keeps its information log silent.
    func removeUnendedOptions() {
        guard let names = try? names() else { return }
        for name in names where name.hasPrefix("OPTIONS-") && name.hasSuffix(".dbtmp") {
            unlink(path + "/" + name)
        }
    }

    /// The bytes that the folder's files take; a file that goes meanwhile counts nothing.
    func bytesOnDisk() throws(StoreError) -> UInt64 {
        var bytes: UInt64 = 0
        for name in try names() {
            var status = stat()
            guard stat(path + "/" + name, &status) == 0 else { continue }
            // POSIX counts st_blocks in units of 512 bytes on Linux.
            bytes += UInt64(status.st_blocks) * 512
        }
        return bytes
    }
}

extension StoreError {
    /// A failure that the operating system numbers.
    init(errno code: Int32, _ what: String, file: String) {
        let kind: Code =
            switch code {
            case ENOENT: .notFound
            case EACCES, EPERM: .permissionDenied
            case EROFS: .readOnly
            case ENOSPC, EDQUOT: .noSpace
            case ENOTDIR: .notADirectory
            case EMFILE, ENFILE: .tooManyOpenFiles
            default: .ioError
            }
        self.init(kind, "\(what): \(String(cString: strerror(code)))", file: file)
    }
}
