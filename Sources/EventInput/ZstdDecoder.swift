internal import CZstd

/// Unpacks Zstandard: one frame, or several end to end.
final class ZstdDecoder {
    private let source: RawSource
    private let stream: OpaquePointer
    private let buffer: UnsafeMutableRawBufferPointer
    private var input: ZSTD_inBuffer
    /// Whether the last frame has ended and no other begun.
    private var isBetweenFrames = true
    /// Whether the decoder may hold bytes that found no room.
    private var hasMore = false
    private var isAtEnd = false
    /// An error that waits behind what came out before it.
    private var failure: InputError?

    init(source: RawSource) {
        self.source = source
        guard let stream = ZSTD_createDStream() else {
            preconditionFailure("zstd has no memory for a stream")
        }
        self.stream = stream
        buffer = .allocate(byteCount: ZSTD_DStreamInSize(), alignment: 16)
        input = ZSTD_inBuffer(src: buffer.baseAddress, size: 0, pos: 0)
    }

    deinit {
        ZSTD_freeDStream(stream)
        buffer.deallocate()
    }

    /// Writes the next unpacked bytes into `target`; how many, 0 at the end. Throws only where
    /// nothing came out before in the same call.
    func read(into target: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
        var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        if let failure { throw failure }
        while output.pos < output.size && !isAtEnd {
            if input.pos == input.size && !hasMore {
                // What came out goes first: reading on may wait, or fail.
                if output.pos > 0 { break }
                guard try fill() else { break }
            }
            let before = output.pos
            let code = ZSTD_decompressStream(stream, &output, &input)
            if ZSTD_isError(code) != 0 {
                let error = corrupt(String(cString: ZSTD_getErrorName(code)))
                failure = error
                if output.pos > 0 { break }
                throw error
            }
            isBetweenFrames = code == 0
            hasMore = code != 0 && output.pos == output.size && output.pos > before
        }
        return output.pos
    }

    /// Takes more input; false at the end of the file, which must be the end of a frame.
    private func fill() throws(InputError) -> Bool {
        input.size = try source.read(into: buffer)
        input.pos = 0
        if input.size > 0 { return true }
        guard isBetweenFrames else { throw truncated() }
        isAtEnd = true
        return false
    }

    private func truncated() -> InputError {
        InputError(
            .truncated, path: source.path, "the zstd file is cut short",
            remedy: "fetch it again whole (zstd -t tells); the lines before can be replayed twice")
    }

    private func corrupt(_ what: String) -> InputError {
        // A frame packed with --long needs more memory than a reader of streams should give.
        let remedy =
            what.contains("memory")
            ? "unpack it first (zstd -d --long=31)"
            : "fetch it again (zstd -t tells); the lines before can be replayed twice"
        return InputError(
            .corrupt, path: source.path, "the zstd file is damaged or unusual: \(what)",
            remedy: remedy)
    }
}
