internal import CSodium

/// BLAKE2b-256 of bytes that come in pieces: two files with equal hashes are the same file.
///
/// Used from one thread. About a gigabyte a second of one core.
package final class ContentHasher {
    /// How many hexadecimal digits a hash has.
    package static let digitCount = 64
    private static let byteCount = 32
    /// What libsodium wants its state to begin at a multiple of.
    private static let alignment = 64

    private let memory: UnsafeMutableRawPointer
    private let state: OpaquePointer

    /// A hasher of nothing yet.
    package init() {
        memory = .allocate(
            byteCount: crypto_generichash_statebytes(), alignment: Self.alignment)
        state = OpaquePointer(memory)
        // The results are always 0: such lengths are allowed.
        _ = crypto_generichash_init(state, nil, 0, Self.byteCount)
    }

    deinit { memory.deallocate() }

    /// Adds the next piece.
    package func add(_ piece: UnsafeRawBufferPointer) {
        guard let start = piece.baseAddress, !piece.isEmpty else { return }
        _ = crypto_generichash_update(
            state, start.assumingMemoryBound(to: UInt8.self), UInt64(piece.count))
    }

    /// The hash of all pieces, as 64 lower-case hexadecimal digits. To be asked for once.
    package func finish() -> String {
        var hash = [UInt8](repeating: 0, count: Self.byteCount)
        _ = crypto_generichash_final(state, &hash, hash.count)
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
