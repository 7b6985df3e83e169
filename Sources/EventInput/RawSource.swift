internal import Glibc

/// The bytes of a file descriptor as they come, with a look ahead; closes what it opened.
final class RawSource {
    let path: String
    /// The file's size; nil where it is no regular file.
    let totalBytes: UInt64?
    /// Bytes handed on so far.
    private(set) var consumedBytes: UInt64 = 0

    private static let peekBytes = 4 << 10
    private let descriptor: Int32
    private let isOwned: Bool
    private var ahead = [UInt8]()

    /// Opens `path`, or takes standard input for "-".
    init(path: String) throws(InputError) {
        let isStandardInput = path == "-"
        let name = isStandardInput ? "standard input" : path
        let opened = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw InputError(errno: errno, path: name) }
        var status = stat()
        let code = fstat(opened, &status) == 0 ? 0 : errno
        let kind = status.st_mode & S_IFMT
        if code != 0 || kind == S_IFDIR {
            if !isStandardInput { close(opened) }
            throw InputError(errno: code != 0 ? code : EISDIR, path: name)
        }
        self.path = name
        descriptor = opened
        isOwned = !isStandardInput
        totalBytes = kind == S_IFREG && !isStandardInput ? UInt64(status.st_size) : nil
        posix_fadvise(opened, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit { if isOwned { close(descriptor) } }

    /// The first `count` bytes, fewer where the file ends, without consuming them. More may be
    /// read, as they come.
    func peek(_ count: Int) throws(InputError) -> [UInt8] {
        while ahead.count < count {
            let room = UnsafeMutableRawBufferPointer.allocate(
                byteCount: Self.peekBytes, alignment: 1)
            defer { room.deallocate() }
            let got = try readDescriptor(into: room)
            if got == 0 { break }
            ahead.append(contentsOf: room[..<got])
        }
        return Array(ahead.prefix(count))
    }

    /// Writes up to `buffer`'s size of the next bytes into it; how many, 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
        let count: Int
        if ahead.isEmpty {
            count = try readDescriptor(into: buffer)
        } else {
            count = min(ahead.count, buffer.count)
            buffer.copyBytes(from: ahead.prefix(count))
            ahead.removeFirst(count)
        }
        consumedBytes += UInt64(count)
        return count
    }

    private func readDescriptor(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(InputError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            let code = errno
            if code == EINTR { continue }
            throw InputError(errno: code, path: path)
        }
    }
}
