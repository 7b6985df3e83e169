/// The keys from `lower` up to, not including, `upper`, in the order of unsigned bytes.
package struct KeyRange: Equatable, Sendable {
    /// The least key; empty: from the first key on.
    package let lower: [UInt8]
    /// The first key behind the range; nil: to the end.
    package let upper: [UInt8]?

    /// Every key.
    package static let all = KeyRange(lower: [], upper: nil)

    /// The keys from `lower` up to `upper`.
    package init(lower: [UInt8], upper: [UInt8]?) {
        self.lower = lower
        self.upper = upper
    }

    /// The keys that begin with `prefix`.
    package init(prefix: [UInt8]) {
        lower = prefix
        upper = KeyRange.successor(ofPrefix: prefix)
    }

    /// The least bytes above everything that begins with `prefix`; nil where nothing is (the
    /// prefix is empty or of 0xFF alone).
    package static func successor(ofPrefix prefix: [UInt8]) -> [UInt8]? {
        var bytes = prefix
        while let last = bytes.popLast() {
            if last < 0xFF {
                bytes.append(last + 1)
                return bytes
            }
        }
        return nil
    }

    /// Bytes below `key` with no key of at most `key`'s length between the two; nil where `key` is
    /// empty, for nothing is below it.
    static func bound(below key: [UInt8]) -> [UInt8]? {
        guard let last = key.last else { return nil }
        guard last > 0 else { return Array(key.dropLast()) }
        return key.dropLast() + [last - 1, 0xFF]
    }
}
