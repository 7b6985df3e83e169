extension StoreError {
    /// Reads a RocksDB status text; `directory` is the database's folder, by which file names are
    /// found in the text.
    ///
    /// The C interface gives a text only ("IO error: No space left on device: While appending …"),
    /// so codes are told by the words of RocksDB 7.8's `Status::ToString` and of `strerror`. What
    /// is not recognised stays what its first word says, `ioError` at worst: never a success.
    package init(status text: String, directory: String) {
        var file = StoreError.file(in: text, directory: directory)
        // RocksDB looks for a missing sorted file under LevelDB's name too, and names that one.
        if let name = file, name.hasSuffix(".ldb") { file = name.dropLast(4) + ".sst" }
        // What CURRENT holds is told by that word alone, or by the name of the file it leads to.
        if file == nil, text.contains("CURRENT file") { file = directory + "/CURRENT" }
        self.init(StoreError.code(ofStatus: text), text, file: file)
    }

    private static func code(ofStatus text: String) -> Code {
        for (words, code) in telling where text.contains(words) { return code }
        for (prefix, code) in kinds where text.hasPrefix(prefix) { return code }
        return .ioError
    }

    /// Words that tell the cause wherever they stand, the surest first.
    private static let telling: [(String, Code)] = [
        ("lock hold by current process", .lockHeld),
        ("LOCK: Resource temporarily unavailable", .lockHeld),
        ("LOCK: No locks available", .lockHeld),
        ("No space left on device", .noSpace),
        ("Disk quota exceeded", .noSpace),
        ("Read-only file system", .readOnly),
        ("Not supported operation in read only mode", .readOnly),
        ("Permission denied", .permissionDenied),
        ("Operation not permitted", .permissionDenied),
        ("Too many open files", .tooManyOpenFiles),
        ("(create_if_missing is false)", .notFound),
        ("Not a directory", .notADirectory),
        ("Unknown Footer version", .incompatible),
        ("unknown checksum type", .incompatible),
        // A file that the manifest names and the folder lacks is damage, whatever RocksDB calls it.
        ("No such file or directory", .corruption),
    ]

    /// The first words of a status, where nothing surer was found.
    private static let kinds: [(String, Code)] = [
        ("Corruption", .corruption),
        ("Invalid argument", .invalidArgument),
        ("NotFound", .notFound),
        ("Not implemented", .incompatible),
        ("Resource busy", .busy),
        ("Operation timed out", .busy),
        ("Operation failed. Try again.", .busy),
        ("Shutdown in progress", .closed),
        ("IO error", .ioError),
    ]

    /// The first path under `directory` that `text` names.
    private static func file(in text: String, directory: String) -> String? {
        var name = Array(directory.utf8)
        while name.last == UInt8(ascii: "/") { name.removeLast() }
        let bytes = Array(text.utf8)
        var start = 0
        while start + name.count < bytes.count {
            guard bytes[start..<start + name.count].elementsEqual(name),
                bytes[start + name.count] == UInt8(ascii: "/")
            else {
                start += 1
                continue
            }
            var end = start + name.count
            while end < bytes.count, isOfAFileName(bytes[end]) { end += 1 }
            while bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
        return nil
    }

    private static func isOfAFileName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
