import IdentityModel

/// A namespace table made ready for bytes: names found without making a String.
///
/// Open addressing over a multiplied word of the name's first bytes. It needs no defence: the
/// names are the operator's, and a probe ends at the first free slot.
struct NamespaceIndex: Sendable {
    /// Whether names that are not in the table are refused.
    let isStrict: Bool
    private let names: [UInt8]
    private let entries: [Entry]
    /// Entry numbers, or -1; the count is a power of two above twice the entries'.
    private let slots: [Int32]

    private struct Entry: Sendable {
        /// The name's first eight bytes, zeros above.
        let word: UInt64
        let start: Int
        let length: Int
        let plan: NormalizationPlan
    }

    /// What a namespace means for the value behind it.
    struct Match {
        /// The namespace's length in bytes.
        let length: Int
        /// Its place in the table, or nil.
        let index: Int?
        /// What is done to its values.
        let plan: NormalizationPlan
    }

    /// The result of looking for a namespace before a colon.
    enum Lookup {
        case match(Match)
        /// No colon stands behind `[a-z][a-z0-9_]{0,31}`.
        case malformed
        /// The name is well formed, but not named in a strict table.
        case unnamed
    }

    init(_ table: NamespaceTable) {
        isStrict = table.isStrict
        var names: [UInt8] = []
        var entries: [Entry] = []
        var size = 4
        while size <= table.namespaces.count * 2 { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for (number, namespace) in table.namespaces.enumerated() {
            let name = Array(namespace.name.utf8)
            let word = ByteWord.packed(name.span, 0..<min(name.count, ByteWord.byteCount))
            entries.append(
                Entry(
                    word: word, start: names.count, length: name.count,
                    plan: NormalizationPlan(namespace.normalization)))
            names += name
            var slot = NamespaceIndex.firstSlot(word, of: size)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(number)
        }
        self.names = names
        self.entries = entries
        self.slots = slots
    }

    /// Reads the namespace that `text[start..<end]` begins with, up to its colon.
    @inline(__always)
    func lookup(_ text: Span<UInt8>, from start: Int, to end: Int) -> Lookup {
        guard start + ByteWord.byteCount <= end else { return lookupLong(text, start, end) }
        let word = ByteWord.load(text, at: start)
        let colons = ByteWord.marks(of: UInt8(ascii: ":"), in: word)
        let length = ByteWord.bytesBefore(colons)
        guard colons != 0, length > 0 else { return lookupLong(text, start, end) }
        let name = ByteWord.lowest(length, of: word)
        // A name that is found is well formed: only others need their letters looked at.
        if let number = find(name, length, text, start) {
            return .match(Match(length: length, index: number, plan: entries[number].plan))
        }
        return unnamed(text, start, length)
    }

    /// The same for a name of any length at any place.
    private func lookupLong(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Lookup {
        let limit = min(end, start + EventLimits.namespaceBytes + 1)
        var index = start
        while index < limit, text[index] != UInt8(ascii: ":") { index += 1 }
        guard index < limit, index > start else { return .malformed }
        let length = index - start
        let head = start..<(start + min(length, ByteWord.byteCount))
        if let number = find(ByteWord.packed(text, head), length, text, start) {
            return .match(Match(length: length, index: number, plan: entries[number].plan))
        }
        return unnamed(text, start, length)
    }

    /// What becomes of a name that the table lacks.
    private func unnamed(_ text: Span<UInt8>, _ start: Int, _ length: Int) -> Lookup {
        for offset in 0..<length {
            let byte = text[start + offset]
            let isLetter = byte &- UInt8(ascii: "a") < 26
            let isOther = byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "_")
            guard isLetter || (isOther && offset > 0) else { return .malformed }
        }
        return isStrict ? .unnamed : .match(Match(length: length, index: nil, plan: .none))
    }

    @inline(__always)
    private func find(_ word: UInt64, _ length: Int, _ text: Span<UInt8>, _ start: Int) -> Int? {
        var slot = NamespaceIndex.firstSlot(word, of: slots.count)
        while true {
            let number = Int(slots[slot])
            if number < 0 { return nil }
            let entry = entries[number]
            if entry.word == word, entry.length == length, isSameTail(text, start, entry) {
                return number
            }
            slot = (slot + 1) & (slots.count - 1)
        }
    }

    /// Whether the bytes behind a name's first eight are the same.
    @inline(__always)
    private func isSameTail(_ text: Span<UInt8>, _ start: Int, _ entry: Entry) -> Bool {
        var offset = ByteWord.byteCount
        while offset < entry.length {
            guard names[entry.start + offset] == text[start + offset] else { return false }
            offset += 1
        }
        return true
    }

    /// Where a probe begins, in a table of `size` slots, a power of two.
    @inline(__always)
    private static func firstSlot(_ word: UInt64, of size: Int) -> Int {
        // The odd number nearest to 2^64 divided by the golden ratio spreads words (Knuth, 6.4).
        Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> 32) & (size - 1)
    }
}
