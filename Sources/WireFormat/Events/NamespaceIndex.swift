import IdentityModel

/// A namespace table made ready for bytes: names found without making a String.
///
/// Open addressing over FNV-1a (Fowler, Noll and Vo), which needs no defence here: the names are
/// the operator's, and a probe ends at the first free slot.
struct NamespaceIndex: Sendable {
    /// Whether names that are not in the table are refused.
    let isStrict: Bool
    private let names: [UInt8]
    private let entries: [Entry]
    /// Entry numbers, or -1; the count is a power of two above twice the entries'.
    private let slots: [Int32]

    private struct Entry: Sendable {
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

    private static let hashBasis: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let hashPrime: UInt64 = 0x0000_0100_0000_01B3

    init(_ table: NamespaceTable) {
        isStrict = table.isStrict
        var names: [UInt8] = []
        var entries: [Entry] = []
        var size = 4
        while size <= table.namespaces.count * 2 { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for (number, namespace) in table.namespaces.enumerated() {
            let name = Array(namespace.name.utf8)
            entries.append(
                Entry(
                    start: names.count, length: name.count,
                    plan: NormalizationPlan(namespace.normalization)))
            names += name
            var slot = NamespaceIndex.hash(of: name) & UInt64(size - 1)
            while slots[Int(slot)] >= 0 { slot = (slot + 1) & UInt64(size - 1) }
            slots[Int(slot)] = Int32(number)
        }
        self.names = names
        self.entries = entries
        self.slots = slots
    }

    /// Reads the namespace that `text[start..<end]` begins with, up to its colon.
    @inline(__always)
    func lookup(_ text: Span<UInt8>, from start: Int, to end: Int) -> Lookup {
        var hash = NamespaceIndex.hashBasis
        var index = start
        let limit = min(end, start + EventLimits.namespaceBytes + 1)
        while index < limit {
            let byte = text[index]
            if byte == UInt8(ascii: ":") { break }
            let isLetter = byte &- UInt8(ascii: "a") < 26
            let isOther = byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "_")
            guard isLetter || (isOther && index > start) else { return .malformed }
            hash = (hash ^ UInt64(byte)) &* NamespaceIndex.hashPrime
            index += 1
        }
        guard index < limit, index > start else { return .malformed }
        return find(text, start, index - start, hash)
    }

    @inline(__always)
    private func find(_ text: Span<UInt8>, _ start: Int, _ length: Int, _ hash: UInt64) -> Lookup {
        let mask = UInt64(slots.count - 1)
        var slot = hash & mask
        while true {
            let number = Int(slots[Int(slot)])
            if number < 0 { break }
            let entry = entries[number]
            if entry.length == length, isSame(text, start, entry) {
                return .match(Match(length: length, index: number, plan: entry.plan))
            }
            slot = (slot + 1) & mask
        }
        return isStrict ? .unnamed : .match(Match(length: length, index: nil, plan: .none))
    }

    @inline(__always)
    private func isSame(_ text: Span<UInt8>, _ start: Int, _ entry: Entry) -> Bool {
        let names = names.span
        for offset in 0..<entry.length
        where names[entry.start + offset] != text[start + offset] {
            return false
        }
        return true
    }

    private static func hash(of name: [UInt8]) -> UInt64 {
        name.reduce(hashBasis) { hash, byte in (hash ^ UInt64(byte)) &* hashPrime }
    }
}
