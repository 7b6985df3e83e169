/// What the first bytes of a text say of its encoding.
enum TextEncoding {
    /// UTF-8, behind so many bytes of a byte order mark.
    case utf8(markBytes: Int)
    /// An encoding that is refused, by the name that iconv knows.
    case other(String)

    /// How many first bytes are looked at.
    static let sampleBytes = 64

    /// Tells by the text's first bytes. Without a mark, a NUL in every second place is UTF-16:
    /// NUL stands in no line of events, and names, braces and commas are ASCII.
    init(start: some Collection<UInt8>) {
        let start = Array(start.prefix(TextEncoding.sampleBytes))
        if start.starts(with: [0xEF, 0xBB, 0xBF]) {
            self = .utf8(markBytes: 3)
        } else if start.starts(with: [0xFF, 0xFE, 0, 0]) || start.starts(with: [0, 0, 0xFE, 0xFF]) {
            self = .other("UTF-32")
        } else if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
            self = .other("UTF-16")
        } else if TextEncoding.hasNULs(at: 1, in: start) {
            self = .other("UTF-16LE")
        } else if TextEncoding.hasNULs(at: 0, in: start) {
            self = .other("UTF-16BE")
        } else {
            self = .utf8(markBytes: 0)
        }
    }

    /// Whether the bytes of one parity are all NUL, and none of the other are.
    private static func hasNULs(at parity: Int, in start: [UInt8]) -> Bool {
        guard start.count >= 4 else { return false }
        return start.indices.allSatisfy { (start[$0] == 0) == ($0 % 2 == parity) }
    }
}
