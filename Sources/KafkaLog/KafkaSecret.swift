internal import Glibc

/// Where a secret is: never the secret itself, so that no description or log can hold it.
package enum KafkaSecret: Hashable, Sendable {
    /// In the file at this path; a line's end behind it is not part of it.
    case file(String)
    /// In the environment's variable of this name.
    case environment(String)

    /// The most bytes of a secret.
    package static let maximumBytes = 64 << 10

    /// Reads the secret, at each making of a client anew, so that a changed file counts.
    ///
    /// Throws `.wrongConfiguration` where it is missing, empty, too long or holds a zero byte;
    /// `key` is the setting that it is for.
    func read(for key: String) throws(KafkaError) -> [UInt8] {
        var bytes: [UInt8]
        switch self {
        case .file(let path): bytes = try KafkaSecret.read(path, for: key)
        case .environment(let name):
            guard let value = getenv(name) else {
                throw KafkaError(
                    .wrongConfiguration, "\(key): the environment has no variable \(name)")
            }
            bytes = Array(UnsafeRawBufferPointer(start: value, count: strlen(value)))
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.count <= KafkaSecret.maximumBytes, !bytes.contains(0) else {
            throw KafkaError(
                .wrongConfiguration,
                "\(key): the secret in \(place) is empty, has over \(KafkaSecret.maximumBytes)"
                    + " bytes or holds a zero byte")
        }
        return bytes
    }

    private var place: String {
        switch self {
        case .file(let path): path
        case .environment(let name): "the variable \(name)"
        }
    }

    private static func read(_ path: String, for key: String) throws(KafkaError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw unreadable(path, key) }
        defer { close(file) }
        // A line's end may follow, and one byte more tells that it is too long.
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 3)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress! + count, $0.count - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw unreadable(path, key) }
            if got == 0 { break }
            count += got
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Throws `.wrongConfiguration` where `key` names files and the one at `path` cannot be read:
    /// what librdkafka says then leaves the file's name out.
    static func checkReadable(_ path: String, for key: String) throws(KafkaError) {
        guard key.hasSuffix(".location") || key.hasSuffix(".keytab") else { return }
        guard access(path, R_OK) == 0 else { throw unreadable(path, key) }
    }

    private static func unreadable(_ path: String, _ key: String) -> KafkaError {
        KafkaError(
            .wrongConfiguration, "\(key): cannot read \(path): \(String(cString: strerror(errno)))")
    }
}
