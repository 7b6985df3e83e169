import IdentityModel

/// Which of two words survives in a slot. Each order is total, so that it does not matter which of
/// the two came first.
enum RegisterOrder {
    /// Whether `other`, in the bytes `right`, takes the place of `one` in `left`. Ranks count in
    /// the slot of trust alone.
    static func isReplaced(
        _ left: Span<UInt8>, _ one: Register, _ oneRank: Int,
        by right: Span<UInt8>, _ other: Register, _ otherRank: Int, in slot: EntrySlot
    ) throws(WireError) -> Bool {
        switch slot {
        case .first, .once:
            return try earliest(right, other, left, one) < 0
        case .max:
            let order = try values(left, one, right, other)
            return order == 0 ? said(right, other, left, one) < 0 : order < 0
        case .min:
            let order = try values(left, one, right, other)
            return order == 0 ? said(right, other, left, one) < 0 : order > 0
        case .trusted where oneRank != otherRank:
            return otherRank < oneRank
        default:
            return try latest(left, one, right, other) < 0
        }
    }

    /// By time, then value, source and member.
    private static func latest(
        _ left: Span<UInt8>, _ one: Register, _ right: Span<UInt8>, _ other: Register
    ) throws(WireError) -> Int {
        if one.time != other.time { return one.time < other.time ? -1 : 1 }
        let order = try values(left, one, right, other)
        return order == 0 ? said(left, one, right, other) : order
    }

    /// By time, then arrays before scalars, then value, source and member.
    ///
    /// Arrays come first because a word that other rules took an array's element of may seed this
    /// slot: then a replay puts the whole in its place, as it does in the slot of the latest.
    private static func earliest(
        _ left: Span<UInt8>, _ one: Register, _ right: Span<UInt8>, _ other: Register
    ) throws(WireError) -> Int {
        if one.time != other.time { return one.time < other.time ? -1 : 1 }
        let isArray = left[one.value.lowerBound] == AttributeKind.array.rawValue
        let isOtherArray = right[other.value.lowerBound] == AttributeKind.array.rawValue
        if isArray != isOtherArray { return isArray ? -1 : 1 }
        let order = try values(left, one, right, other)
        return order == 0 ? said(left, one, right, other) : order
    }

    /// By time, source and member.
    static func said(
        _ left: Span<UInt8>, _ one: Register, _ right: Span<UInt8>, _ other: Register
    ) -> Int {
        if one.time != other.time { return one.time < other.time ? -1 : 1 }
        let order = AttributeOrder.compareBytes(left, one.source, right, other.source)
        if order != 0 { return order }
        return one.member == other.member ? 0 : one.member < other.member ? -1 : 1
    }

    private static func values(
        _ left: Span<UInt8>, _ one: Register, _ right: Span<UInt8>, _ other: Register
    ) throws(WireError) -> Int {
        try AttributeOrder.compare(left, one.value, right, other.value)
    }
}
