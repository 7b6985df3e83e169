package import GraphCore
package import IdentityModel

/// Bytes <-> a node's home, and the rows of one that is in rows.
///
/// Home: format (1), flags (1: bit 0 says that its pairs are in rows), component (varint), version
/// (varint), pairs (count). Then, unless they are in rows, each: greater end (16), the pair.
///
/// A pair: least link time (signed varint behind a byte that says whether there is one), version
/// and liveness (varint), registers (count, then each: source (varint), operation and whether there
/// is a reason (1), time (signed varint), reason (counted)). A row: format (1), the pair.
package enum HomeCodec {
    static let isInRows: UInt8 = 1
    private static let hasReason: UInt8 = 0x80
    private static let leastPairBytes = 19
    private static let leastRegisterBytes = 3

    /// Appends the stored form of `image`; of a home in rows, its head.
    package static func encode(_ image: HomeImage, into bytes: inout [UInt8]) {
        bytes.append(StateFormat.current)
        bytes.append(image.isInRows ? isInRows : 0)
        bytes.appendVarint(image.component.rawValue)
        bytes.appendVarint(UInt64(image.version))
        bytes.appendVarint(UInt64(image.isInRows ? image.pairCount : image.pairs.count))
        guard !image.isInRows else { return }
        var start = RegisterStart()
        for pair in image.pairs {
            bytes.appendKey(pair.other)
            encode(pair, of: image, from: &start, into: &bytes)
        }
    }

    /// Appends the row of the only pair of `image`.
    package static func encodeRow(_ image: HomeImage, into bytes: inout [UInt8]) {
        precondition(image.pairs.count == 1, "a row is one pair's")
        bytes.append(StateFormat.current)
        var start = RegisterStart()
        encode(image.pairs[0], of: image, from: &start, into: &bytes)
    }

    /// Where a pair's registers and their reasons start in its image.
    private struct RegisterStart {
        var register = 0
        var reason = 0
    }

    private static func encode(
        _ pair: PairImage, of image: HomeImage, from start: inout RegisterStart,
        into bytes: inout [UInt8]
    ) {
        if pair.leastLinkTime == .never {
            bytes.append(0)
        } else {
            bytes.append(1)
            bytes.appendSignedVarint(pair.leastLinkTime.milliseconds)
        }
        bytes.appendVarint(UInt64(pair.version) << 1 | (pair.isLive ? 1 : 0))
        bytes.appendVarint(UInt64(pair.registerCount))
        for _ in 0..<pair.registerCount {
            encode(
                image.registers[start.register], image.reasons, &start.reason, into: &bytes)
            start.register += 1
        }
    }

    private static func encode(
        _ register: RegisterImage, _ reasons: [UInt8], _ start: inout Int,
        into bytes: inout [UInt8]
    ) {
        bytes.appendVarint(UInt64(register.source))
        bytes.append(register.operation.rawValue | (register.reasonCount > 0 ? hasReason : 0))
        bytes.appendSignedVarint(register.time.milliseconds)
        guard register.reasonCount > 0 else { return }
        bytes.appendCounted(reasons.span.extracting(start..<start + register.reasonCount))
        start += register.reasonCount
    }

    /// Fills `image` with the home of `key` from its stored form; of one in rows, with its head.
    /// Pairs must be canonical and in order, so that equal homes have equal bytes.
    ///
    /// - Throws: `WireError`.
    package static func decode(
        _ bytes: Span<UInt8>, key: NodeKey, into image: inout HomeImage
    ) throws(WireError) {
        image.reset(key)
        var cursor = ByteCursor(0..<bytes.count)
        let head = try decodeHead(bytes, &cursor)
        image.component = head.component
        image.version = head.version
        image.isInRows = head.isInRows
        if head.isInRows {
            image.pairCount = head.pairCount
        } else {
            guard head.pairCount <= cursor.remaining / leastPairBytes else {
                throw WireError(.damaged, "a home has more pairs than bytes for them")
            }
            var last = key
            for _ in 0..<head.pairCount {
                let other = try cursor.key(bytes)
                guard last < other else { throw WireError(.damaged, "pairs are out of order") }
                last = other
                try decodePair(other, bytes, &cursor, into: &image)
            }
        }
        try cursor.finish()
    }

    /// Appends the pair of a home in rows to `image` from its row.
    ///
    /// - Throws: `WireError`; what `image` holds is then of no use.
    package static func decodeRow(
        _ bytes: Span<UInt8>, other: NodeKey, into image: inout HomeImage
    ) throws(WireError) {
        guard image.key < other else { throw WireError(.damaged, "a pair is not canonical") }
        var cursor = ByteCursor(0..<bytes.count)
        try StateFormat.check(bytes, &cursor)
        try decodePair(other, bytes, &cursor, into: &image)
        try cursor.finish()
    }

    private static func decodePair(
        _ other: NodeKey, _ bytes: Span<UInt8>, _ cursor: inout ByteCursor,
        into image: inout HomeImage
    ) throws(WireError) {
        let isLinked = try cursor.flag(bytes)
        let least =
            isLinked ? EventTime(milliseconds: try cursor.signedVarint(bytes)) : EventTime.never
        let version = try cursor.varint(bytes)
        guard let count = UInt32(exactly: version >> 1) else {
            throw WireError(.damaged, "a pair's version is too large")
        }
        let registerCount = try cursor.count(bytes, leastBytes: leastRegisterBytes)
        image.pairs.append(
            PairImage(
                other: other, leastLinkTime: least, version: count, isLive: version & 1 == 1,
                registerCount: registerCount))
        for _ in 0..<registerCount { try decodeRegister(bytes, &cursor, into: &image) }
    }

    private static func decodeRegister(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, into image: inout HomeImage
    ) throws(WireError) {
        let source = try cursor.number(bytes)
        let word = try cursor.byte(bytes)
        guard source > 0, let operation = LinkOperation(rawValue: word & ~hasReason),
            operation != .observe
        else { throw WireError(.damaged, "a register says nothing that is known") }
        let time = EventTime(milliseconds: try cursor.signedVarint(bytes))
        var reasonCount = 0
        if word & hasReason != 0 {
            let reason = try cursor.counted(bytes)
            guard reason.count <= EventLimits.reasonBytes else {
                throw WireError(.damaged, "a reason is too long")
            }
            reasonCount = reason.count
            image.reasons.append(bytes, reason)
        }
        image.registers.append(
            RegisterImage(
                source: source, operation: operation, time: time, reasonCount: reasonCount))
    }
}
