package import IdentityModel

/// What a name of an attribute may be: 1 to 64 bytes of UTF-8 without control characters.
package enum AttributeNames {
    /// Why `name`, which is UTF-8, is none; nil where it is one.
    package static func rejected(_ name: Span<UInt8>) -> Rejected? {
        guard !name.isEmpty else {
            return Rejected(.emptyValue, "an attribute has an empty name")
        }
        guard name.count <= AttributeLimits.nameBytes else {
            return Rejected(
                .valueTooLong,
                "an attribute's name has \(name.count) bytes, \(AttributeLimits.nameBytes) are "
                    + "allowed")
        }
        guard !hasControlCharacter(name) else {
            return Rejected(.badType, "an attribute's name has a control character")
        }
        return nil
    }

    /// Whether there is a scalar of U+0000...U+001F or U+007F...U+009F.
    private static func hasControlCharacter(_ name: Span<UInt8>) -> Bool {
        for index in name.indices {
            let byte = name[index]
            if byte < 0x20 || byte == 0x7f { return true }
            // Only U+0080...U+00BF begin with C2.
            if byte == 0xc2, index + 1 < name.count, name[index + 1] < 0xa0 { return true }
        }
        return false
    }
}
