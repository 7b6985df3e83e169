internal import Foundation

/// Why bytes could not be written.
struct WriteError: Error {
    let number: Int32
    var isClosedPipe: Bool { number == EPIPE }
    var reason: String { String(cString: strerror(number)) }
}

/// A file that is written from start to end, buffered.
final class FileOutput {
    private static let flushBytes = 1 << 18
    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []

    /// Makes `path` empty, or opens it so; `mode` is its permissions where it is new.
    init(path: String, mode: mode_t = 0o644) throws(CommandEnd) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        self.path = path
        guard descriptor >= 0 else {
            throw Self.failed(path, WriteError(number: errno))
        }
        if mode != 0o644 { fchmod(descriptor, mode) }
    }

    deinit { close(descriptor) }

    /// Appends bytes.
    func write(_ bytes: [UInt8]) throws(CommandEnd) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.flushBytes { try flush() }
    }

    /// Hands everything to the operating system.
    func flush() throws(CommandEnd) {
        do throws(WriteError) {
            try Self.writeAll(buffer, to: descriptor)
        } catch {
            throw Self.failed(path, error)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes all of `bytes`, however often it takes.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(WriteError) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 { done += count } else if errno != EINTR { throw WriteError(number: errno) }
        }
    }

    private static func failed(_ path: String, _ error: WriteError) -> CommandEnd {
        .failed(
            "cannot write \(path): \(error.reason)",
            remedy: "name a file in a folder where this user may write and there is room")
    }
}
