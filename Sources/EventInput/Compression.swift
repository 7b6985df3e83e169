/// How a file is packed, told by its first bytes and never by its name.
package enum Compression: String, Sendable {
    /// Text as it is.
    case plain
    /// RFC 1952, one member or several.
    case gzip
    /// RFC 8878, one frame or several.
    case zstd

    /// The number of first bytes that tell.
    static let magicByteCount = 4

    /// Tells by `start`, the file's first four bytes or all of a shorter file.
    ///
    /// A shorter file that is the beginning of a magic number is a packed file that was cut: 0x1F
    /// stands in no text, and 0x28 0xB5 is no UTF-8.
    init(start: [UInt8]) {
        let isShort = start.count < Compression.magicByteCount
        if start.starts(with: [0x1F, 0x8B]) || start == [0x1F] {
            self = .gzip
        } else if start == [0x28, 0xB5, 0x2F, 0xFD]
            || (isShort && start.count > 1 && [0x28, 0xB5, 0x2F].starts(with: start))
            || Compression.isSkippableFrame(start)
        {
            self = .zstd
        } else {
            self = .plain
        }
    }

    /// Zstandard's frames of foreign data: 0x184D2A50 to 0x184D2A5F, little-endian.
    private static func isSkippableFrame(_ start: [UInt8]) -> Bool {
        start.count == 4 && start[0] & 0xF0 == 0x50 && start[1...] == [0x2A, 0x4D, 0x18]
    }

    /// The command that unpacks to standard output.
    var unpackCommand: String? {
        switch self {
        case .plain: nil
        case .gzip: "gzip -dc"
        case .zstd: "zstd -dc"
        }
    }
}
