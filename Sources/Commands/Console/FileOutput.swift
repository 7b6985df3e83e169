internal import Foundation

/// Why bytes could not be written.
struct WriteError: Error {
    let number: Int32
    var isClosedPipe: Bool { number == EPIPE }
    var reason: String { String(cString: strerror(number)) }
}

/// A file that is written from start to end, or added to at its end, buffered.
final class FileOutput {
    private static let flushBytes = 1 << 18
    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []

    /// The permissions of files that hold nothing but what the user may show anyway.
    static let commonMode: mode_t = 0o644

    /// Makes `path` empty, or goes on at its end. A stricter `mode` than the common one is given
    /// to a file that is there already, too; never to a device or a pipe.
    init(
        path: String, mode: mode_t = FileOutput.commonMode, isContinued: Bool = false
    ) throws(CommandEnd) {
        let way = isContinued ? O_APPEND : O_TRUNC
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | way, mode)
        self.path = path
        guard descriptor >= 0 else {
            throw Self.failed(path, WriteError(number: errno))
        }
        let isRegular = FileStatus(descriptor: descriptor)?.kind == .regular
        if isRegular, mode != Self.commonMode { fchmod(descriptor, mode) }
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
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw WriteError(number: errno)
            }
        }
    }

    private static func failed(_ path: String, _ error: WriteError) -> CommandEnd {
        .failed(
            "cannot write \(path): \(error.reason)",
            remedy: "name a file in a folder where this user may write and there is room")
    }
}
