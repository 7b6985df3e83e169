internal import IdentityModel

/// The format of stored values, written as the first byte of each.
package enum StateFormat {
    /// What this program writes, and the latest that it reads.
    package static let current: UInt8 = 1

    /// What this program writes of headers, which count changes since format 2 and hold rules since
    /// format 3.
    package static let header: UInt8 = 3

    static func check(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) {
        _ = try read(bytes, &cursor, latest: current)
    }

    static func read(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, latest: UInt8
    ) throws(WireError) -> UInt8 {
        let format = try cursor.byte(bytes)
        guard (1...latest).contains(format) else {
            throw WireError(
                format == 0 ? .damaged : .newerFormat, "a stored value has format \(format)")
        }
        return format
    }
}
