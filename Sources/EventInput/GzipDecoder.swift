internal import CZlib

/// Unpacks gzip: one member, or several end to end, with zeros behind them as gzip(1) permits.
final class GzipDecoder {
    /// Bytes of packed input held at a time.
    private static let inputBytes = 128 << 10

    private let source: RawSource
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    /// Where the stream stands.
    private enum Place { case member, betweenMembers, end }
    private var place = Place.member

    init(source: RawSource) {
        self.source = source
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        input = .allocate(byteCount: Self.inputBytes, alignment: 16)
        // 15: the largest window; 16 more: gzip's own header and checksum.
        let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib has no memory for a stream, or another version's header")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Writes the next unpacked bytes into `buffer`; how many, 0 at the end. Throws only where
    /// nothing came out before in the same call.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: buffer.count)
        let wanted = Int(stream.pointee.avail_out)
        while place != .end {
            let count = wanted - Int(stream.pointee.avail_out)
            // What came out goes first: reading on may wait, or fail.
            if count > 0 && (stream.pointee.avail_in == 0 || place == .betweenMembers) {
                return count
            }
            if stream.pointee.avail_in == 0, try fill() == 0 {
                guard place == .betweenMembers else { throw truncated() }
                place = .end
            } else if place == .betweenMembers {
                try beginMember()
            } else if try decode(wanted: wanted) {
                break
            }
        }
        return wanted - Int(stream.pointee.avail_out)
    }

    /// Unpacks what input there is; true where the room is full or an error waits behind output.
    private func decode(wanted: Int) throws(InputError) -> Bool {
        let code = inflate(stream, Z_NO_FLUSH)
        if code == Z_STREAM_END { place = .betweenMembers }
        if code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR {
            return stream.pointee.avail_out == 0
        }
        // zlib says the same again when it is asked for more.
        if Int(stream.pointee.avail_out) < wanted { return true }
        throw corrupt(stream.pointee.msg.map { String(cString: $0) } ?? "error \(code)")
    }

    private func fill() throws(InputError) -> Int {
        let count = try source.read(into: input)
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
        return count
    }

    /// Skips zeros behind a member; anything else must be another member.
    private func beginMember() throws(InputError) {
        while stream.pointee.avail_in > 0, stream.pointee.next_in.pointee == 0 {
            stream.pointee.next_in += 1
            stream.pointee.avail_in -= 1
        }
        guard stream.pointee.avail_in > 0 else { return }
        guard stream.pointee.next_in.pointee == 0x1F else {
            throw corrupt("bytes follow its end that are not gzip")
        }
        inflateReset(stream)
        place = .member
    }

    private func truncated() -> InputError {
        InputError(
            .truncated, path: source.path, "the gzip file is cut short",
            remedy: "fetch it again whole (gzip -t tells); the lines before can be replayed twice")
    }

    private func corrupt(_ what: String) -> InputError {
        InputError(
            .corrupt, path: source.path, "the gzip file is damaged: \(what)",
            remedy: "fetch it again (gzip -t tells); the lines before can be replayed twice")
    }
}
