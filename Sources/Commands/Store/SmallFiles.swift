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
        try syncFolder((path as NSString).deletingLastPathComponent)
    }

    /// Makes an empty file, durably and in one step.
    static func mark(_ path: String) throws(CommandEnd) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failed(path) }
        close(descriptor)
        try syncFolder((path as NSString).deletingLastPathComponent)
    }

    /// Makes the names in a folder durable.
    static func syncFolder(_ path: String) throws(CommandEnd) { try sync(path, O_DIRECTORY) }

    /// Makes a file, or with `O_DIRECTORY` the names in a folder, durable.
    static func sync(_ path: String, _ flags: Int32 = 0) throws(CommandEnd) {
        let descriptor = open(path, O_RDONLY | flags | O_CLOEXEC)
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
