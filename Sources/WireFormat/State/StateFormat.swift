/// The format of stored values, written as the first byte of each.
package enum StateFormat {
    /// What this program writes, and the latest that it reads.
    package static let current: UInt8 = 1

    static func check(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) {
        let format = try cursor.byte(bytes)
        guard format == current else {
            throw WireError(
                format == 0 ? .damaged : .newerFormat, "a stored value has format \(format)")
        }
    }
}
