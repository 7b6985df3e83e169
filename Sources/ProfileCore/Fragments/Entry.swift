import IdentityModel

/// An entry of a fragment or a fold: a name, a tag, maybe the hash of an attribute's name, and a
/// counted payload.
struct Entry {
    /// Where it starts, with the name's length.
    let start: Int
    /// The name's bytes.
    let name: Range<Int>
    /// What the payload holds and how its values were made.
    let tag: EntryTag
    /// Of the attribute that it was made of; 0 where that has the same name.
    let originHash: UInt64
    /// The payload's bytes, which end the entry.
    let payload: Range<Int>

    /// All of its bytes.
    var whole: Range<Int> { start..<payload.upperBound }

    /// From the name's length to the payload's length.
    var head: Range<Int> {
        start..<name.upperBound + EntryTag.byteCount + (tag.hasOrigin ? 8 : 0)
    }

    /// Reads the entry at `cursor` and moves behind it.
    @inline(__always)
    init(_ bytes: Span<UInt8>, _ cursor: inout ByteCursor) throws(WireError) {
        start = cursor.offset
        name = try cursor.counted(bytes)
        guard let tag = EntryTag(rawValue: try cursor.byte(bytes)) else {
            throw WireError(.damaged, "an entry's tag is not known")
        }
        self.tag = tag
        originHash = tag.hasOrigin ? try cursor.word(bytes) : 0
        payload = try cursor.counted(bytes)
        guard !payload.isEmpty else { throw WireError(.damaged, "an entry holds nothing") }
    }

    /// The order of entries: by name, then tag, then origin.
    @inline(__always)
    static func compare(
        _ left: Span<UInt8>, _ one: Entry, _ right: Span<UInt8>, _ other: Entry
    ) -> Int {
        let order = AttributeOrder.compareBytes(left, one.name, right, other.name)
        if order != 0 { return order }
        if one.tag != other.tag { return one.tag.rawValue < other.tag.rawValue ? -1 : 1 }
        if one.originHash == other.originHash { return 0 }
        return one.originHash < other.originHash ? -1 : 1
    }
}

/// Walks the entries of a fragment or a fold.
///
/// `next` takes their order on trust, since joins are where time goes: what is out of order joins
/// to something that is so too. Whoever shows or keeps what he reads asks `nextInOrder`.
struct EntryReader {
    private var cursor: ByteCursor
    private var last: Entry?

    /// A reader of what is behind the head of all of `bytes`.
    init(_ bytes: Span<UInt8>) {
        cursor = ByteCursor(FragmentHead.content(bytes.count))
    }

    /// The next entry; nil where there is none.
    @inline(__always)
    mutating func next(_ bytes: Span<UInt8>) throws(WireError) -> Entry? {
        cursor.remaining > 0 ? try Entry(bytes, &cursor) : nil
    }

    /// The next entry, which comes behind the one before; nil where there is none.
    mutating func nextInOrder(_ bytes: Span<UInt8>) throws(WireError) -> Entry? {
        guard let entry = try next(bytes) else { return nil }
        if let last, Entry.compare(bytes, last, bytes, entry) >= 0 {
            throw WireError(.damaged, "entries do not ascend")
        }
        last = entry
        return entry
    }
}
