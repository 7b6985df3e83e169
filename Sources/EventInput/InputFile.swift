/// A file of events, or standard input, as a stream of unpacked UTF-8 text.
///
/// Memory is constant whatever the file's size: some buffers, and a Zstandard frame's own window
/// (8 MiB as zstd packs by default, 128 MiB at most). For one thread at a time.
package final class InputFile {
    /// How far `format` looks for a byte that is not blank: 64 KiB.
    private static let formatLookAheadBytes = 64 << 10
    private static let peekBytes = 4 << 10

    /// The path as it was given; "standard input" for "-".
    package var path: String { source.path }
    /// How the file is packed.
    package let compression: Compression
    /// The file's size in bytes as it lies on disk; nil for standard input, pipes and devices.
    package var totalBytes: UInt64? { source.totalBytes }
    /// Bytes of the file as it lies on disk that were read so far, for progress.
    package var consumedBytes: UInt64 { source.consumedBytes }
    /// What the lines are, by the first byte that is not blank.
    package private(set) var format = InputFormat.csv

    private enum Decoder {
        case plain
        case gzip(GzipDecoder)
        case zstd(ZstdDecoder)
    }
    private let source: RawSource
    private let decoder: Decoder
    /// Unpacked bytes that were looked at and not yet read.
    private var ahead = [UInt8]()
    private var aheadStart = 0
    /// An error that was met while looking ahead, thrown behind the bytes before it.
    private var pending: InputError?

    /// Opens `path`, "-" for standard input. Compression is told by content, a byte order mark is
    /// skipped, UTF-16 is refused.
    ///
    /// Damage inside a packed file is thrown where reading comes to it, not here.
    package static func open(_ path: String) throws(InputError) -> InputFile {
        let source = try RawSource(path: path)
        let file = InputFile(
            source: source,
            compression: Compression(start: try source.peek(Compression.magicByteCount)))
        try file.lookAhead()
        return file
    }

    private init(source: RawSource, compression: Compression) {
        self.source = source
        self.compression = compression
        switch compression {
        case .plain: decoder = .plain
        case .gzip: decoder = .gzip(GzipDecoder(source: source))
        case .zstd: decoder = .zstd(ZstdDecoder(source: source))
        }
    }

    /// Writes the next bytes of the text into `buffer`; how many, 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
        if aheadStart < ahead.count {
            let count = min(ahead.count - aheadStart, buffer.count)
            buffer.copyBytes(from: ahead[aheadStart..<aheadStart + count])
            aheadStart += count
            if aheadStart == ahead.count {
                ahead = []
                aheadStart = 0
            }
            return count
        }
        if let pending { throw pending }
        return try decode(into: buffer)
    }

    private func decode(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
        switch decoder {
        case .plain: try source.read(into: buffer)
        case .gzip(let decoder): try decoder.read(into: buffer)
        case .zstd(let decoder): try decoder.read(into: buffer)
        }
    }

    // MARK: - The first bytes

    /// Tells encoding and format by the first bytes, which stay to be read. No more is waited for
    /// than needed: a pipe may hold one short line for a long time.
    private func lookAhead() throws(InputError) {
        let wanted = totalBytes == nil ? 4 : TextEncoding.sampleBytes
        while ahead.count < wanted, peekMore() {}
        switch TextEncoding(start: ahead) {
        case .utf8(let markBytes): aheadStart = markBytes
        case .other(let name): throw refused(name)
        }
        var checked = aheadStart
        repeat {
            while checked < ahead.count, InputFormat.isBlank(ahead[checked]) { checked += 1 }
        } while checked == ahead.count && checked < Self.formatLookAheadBytes && peekMore()
        format = InputFormat(start: ahead[aheadStart...])
    }

    /// Looks further ahead; false at the end and at an error, which waits in `pending`.
    private func peekMore() -> Bool {
        guard pending == nil else { return false }
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.peekBytes, alignment: 1)
        defer { room.deallocate() }
        do throws(InputError) {
            let count = try decode(into: room)
            ahead.append(contentsOf: room[..<count])
            return count > 0
        } catch {
            pending = error
            return false
        }
    }

    private func refused(_ encoding: String) -> InputError {
        let from = "iconv -f \(encoding) -t UTF-8"
        let isStandardInput = path == "standard input"
        let name = ShellText.quoted(path)
        let target = isStandardInput ? "" : " > \(ShellText.quoted(path + ".utf8"))"
        let command =
            switch (compression.unpackCommand, isStandardInput) {
            case (let unpack?, true): "\(unpack) | \(from)"
            case (let unpack?, false): "\(unpack) \(name) | \(from)\(target)"
            case (nil, true): from
            case (nil, false): "\(from) \(name)\(target)"
            }
        return InputError(
            .utf16, path: path, "the text is \(encoding), and UTF-8 is needed",
            remedy: "convert it: \(command)")
    }
}
