internal import Foundation

/// Files of a few lines that are there whole or not at all.
enum SmallFiles {
    /// Writes `bytes` beside `path`, makes them durable, then gives them the name `path`.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(CommandEnd) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failed(path) }
        defer { close(descriptor) }
        guard (try? FileOutput.writeAll(bytes, to: descriptor)) != nil, fsync(descriptor) == 0,
            rename(temporary, path) == 0
        else { throw failed(path) }
        try syncFolder(parent(of: path))
    }

    /// The most bytes of a file that is read whole.
    static let readBytes = 1 << 20

    /// The bytes of a file or a pipe; nil where it cannot be read or is over 1 MiB.
    static func read(_ path: String) -> Data? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while data.count <= readBytes {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count == 0 { return data }
            if count > 0 { data += buffer[..<count] } else if errno != EINTR { return nil }
        }
        return nil
    }

    /// Whether there is something at `path`.
    ///
    /// - Throws: `CommandEnd` where that cannot be told: a folder on the way may not be entered.
    static func exists(_ path: String) throws(CommandEnd) -> Bool {
        if FileStatus(path) != nil { return true }
        guard errno != ENOENT else { return false }
        throw .failed(
            "cannot look for \(path): \(String(cString: strerror(errno)))",
            remedy: "give this user the right to, or choose another folder (--data)")
    }

    /// The folder that a file or folder lies in. Foundation's own traps on a path of one character.
    static func parent(of path: String) -> String {
        let slash = UInt8(ascii: "/")
        var rest = Array(path.utf8)[...]
        while rest.last == slash { rest.removeLast() }
        while let last = rest.last, last != slash { rest.removeLast() }
        while rest.count > 1, rest.last == slash { rest.removeLast() }
        if rest.isEmpty { return path.utf8.first == slash ? "/" : "." }
        return String(decoding: rest, as: UTF8.self)
    }

    /// Makes an empty file, durably and in one step.
    static func mark(_ path: String) throws(CommandEnd) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failed(path) }
        close(descriptor)
        try syncFolder(parent(of: path))
    }

    /// Makes the names in a folder durable. A folder that this user may not read is left out: what
    /// holds the data folder may be another's.
    static func syncFolder(_ path: String) throws(CommandEnd) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0, errno == EACCES { return }
        try sync(descriptor, path)
    }

    /// Makes the bytes of a file durable.
    static func syncFile(_ path: String) throws(CommandEnd) {
        try sync(open(path, O_RDONLY | O_CLOEXEC), path)
    }

    private static func sync(_ descriptor: Int32, _ path: String) throws(CommandEnd) {
        guard descriptor >= 0 else { throw failed(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failed(path) }
    }

    private static func failed(_ path: String) -> CommandEnd {
        .failed(
            "cannot write \(path): \(String(cString: strerror(errno)))",
            remedy: "choose a folder where this user may write and there is room (--data)")
    }
}
