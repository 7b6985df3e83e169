import IdentityModel

/// One word on an attribute: when, by whom, of which member, what. In a fragment the member is not
/// written, since all words there are of the same one.
///
/// As bytes it is the time (signed varint), the source (counted), in a fold the member's key, and
/// the value. Up to the value these are its *origin*, which is copied as it is.
struct Register: BitwiseCopyable {
    /// Milliseconds since 1970.
    let time: Int64
    /// The source's bytes.
    let source: ByteSlice
    /// The member; in a fragment the one that is given.
    let member: NodeKey
    /// The value's bytes.
    let value: ByteSlice
    /// Time and source.
    let said: ByteSlice
    /// From the time to the end of the value.
    let whole: ByteSlice

    /// Reads the register at `cursor`, of `member` where the bytes do not say it, and moves behind.
    init(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, of member: NodeKey?
    ) throws(WireError) {
        let start = cursor.offset
        let time = EventTime(milliseconds: try cursor.signedVarint(bytes))
        guard time.isAccepted else {
            throw WireError(.damaged, "a time is not of the years 0001 to 9999")
        }
        self.time = time.milliseconds
        source = ByteSlice(try cursor.counted(bytes))
        said = ByteSlice(start..<cursor.offset)
        if let member { self.member = member } else { self.member = try cursor.key(bytes) }
        value = ByteSlice(try AttributeValue.skip(bytes, &cursor))
        whole = ByteSlice(start..<cursor.offset)
    }

    /// Reads the one register that takes all of `range`.
    init(
        _ bytes: Span<UInt8>, _ range: ByteSlice, of member: NodeKey?
    ) throws(WireError) {
        var cursor = ByteCursor(range.range)
        try self.init(bytes, &cursor, of: member)
        try cursor.finish()
    }

    /// Appends it as a fold has it.
    func appendToFold(_ bytes: Span<UInt8>, _ fold: inout [UInt8]) {
        fold.append(bytes, said.range)
        fold.appendKey(member)
        fold.append(bytes, value.range)
    }

    /// The bytes that it takes in a fold.
    var countInFold: Int { said.range.count + NodeKey.byteCount + value.range.count }
}
