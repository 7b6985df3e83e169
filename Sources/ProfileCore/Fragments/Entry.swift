import IdentityModel

/// An entry of a fragment or a fold: a name, a tag, maybe the hash of an attribute's name, and a
/// counted payload.
struct Entry: BitwiseCopyable {
    /// The name's bytes.
    let name: ByteSlice
    /// What the payload holds and how its values were made.
    let tag: EntryTag
    /// Of the attribute that it was made of; 0 where that has the same name.
    let originHash: UInt64
    /// The payload's bytes.
    let payload: ByteSlice
    /// From the name's length to the end of the payload.
    let whole: ByteSlice
    /// From the name's length to the payload's length.
    let head: ByteSlice

    /// Reads the entry at `cursor` and moves behind it.
    @inline(__always)
    init(_ bytes: Span<UInt8>, _ cursor: inout ByteCursor) throws(WireError) {
        let start = cursor.offset
        name = ByteSlice(try cursor.counted(bytes))
        guard let tag = EntryTag(rawValue: try cursor.byte(bytes)) else {
            throw WireError(.damaged, "an entry's tag is not known")
        }
        self.tag = tag
        originHash = tag.hasOrigin ? try cursor.word(bytes) : 0
        head = ByteSlice(start..<cursor.offset)
        let payload = try cursor.counted(bytes)
        guard !payload.isEmpty else { throw WireError(.damaged, "an entry holds nothing") }
        self.payload = ByteSlice(payload)
        whole = ByteSlice(start..<cursor.offset)
    }

    /// The order of entries: by name, then tag, then origin.
    @inline(__always)
    static func compare(
        _ left: Span<UInt8>, _ one: Entry, _ right: Span<UInt8>, _ other: Entry
    ) -> Int {
        let order = AttributeOrder.compareBytes(left, one.name.range, right, other.name.range)
        if order != 0 { return order }
        if one.tag != other.tag { return one.tag.rawValue < other.tag.rawValue ? -1 : 1 }
        if one.originHash == other.originHash { return 0 }
        return one.originHash < other.originHash ? -1 : 1
    }
}

/// Walks the entries of a fragment or a fold.
struct EntryReader {
    private var cursor: ByteCursor
    private var last: Entry?

    /// A reader of what is behind the head of all of `bytes`.
    init(_ bytes: Span<UInt8>) {
        cursor = ByteCursor(FragmentHead.content(bytes.count))
    }

    /// The next entry, which comes behind the one before; nil where there is none.
    @inline(__always)
    mutating func next(_ bytes: Span<UInt8>) throws(WireError) -> Entry? {
        guard cursor.remaining > 0 else { return nil }
        let entry = try Entry(bytes, &cursor)
        if let last, Entry.compare(bytes, last, bytes, entry) >= 0 {
            throw WireError(.damaged, "entries do not ascend")
        }
        last = entry
        return entry
    }
}
