internal import GraphCore
internal import IdentityModel

/// A name table as the store holds it: numbers, names, and what each name means to the checks.
struct NameLedger {
    /// Which of the two tables it is.
    enum Kind: String {
        case namespace
        case source
    }

    /// One name.
    struct Entry {
        let number: UInt32
        let name: [UInt8]
        /// A namespace's priority; of no meaning for a source.
        let priority: UInt32
        /// The name's hash in evidence digests; of no meaning for a namespace.
        let hash: UInt64
    }

    private let kind: Kind
    private let priorities: NamespaceTable
    private var entries: [Entry] = []
    private var names: Set<[UInt8]> = []  // membership only

    /// An empty table. `priorities` is the store's namespace table.
    init(_ kind: Kind, _ priorities: NamespaceTable) {
        self.kind = kind
        self.priorities = priorities
    }

    /// The place of a number's entry, if the number has a name.
    @inline(__always)
    func index(of number: UInt32) -> Int? {
        let expected = Int(number) - 1
        if expected >= 0, expected < entries.count, entries[expected].number == number {
            return expected
        }
        return search(number)
    }

    /// Looks for a number that is not in its place, as it is behind a gap.
    private func search(_ number: UInt32) -> Int? {
        var (lower, upper) = (0, entries.count)
        while lower < upper {
            let middle = (lower + upper) / 2
            if entries[middle].number < number { lower = middle + 1 } else { upper = middle }
        }
        return lower < entries.count && entries[lower].number == number ? lower : nil
    }

    /// The entry at a place that `index(of:)` gave.
    @inline(__always)
    subscript(_ index: Int) -> Entry { entries[index] }

    /// Takes the next name, in rising order of the numbers.
    mutating func take(_ number: UInt32, _ value: Span<UInt8>, _ findings: inout FindingList) {
        var name: [UInt8] = []
        for index in 0..<value.count { name.append(value[index]) }
        if !isValid(name) {
            findings.add(
                .nameInvalid, "\(kind.rawValue) \(number)", "no event may have such a name")
        }
        if !names.insert(name).inserted {
            findings.add(
                .nameDuplicate, "\(kind.rawValue) \(number)",
                "a lesser number has the same name")
        }
        let named = priorities.namespaces.first { $0.name.utf8.elementsEqual(name) }
        entries.append(
            Entry(
                number: number, name: name,
                priority: UInt32(named?.priority ?? Namespace.unnamedPriority),
                hash: EvidenceDigest.source(name)))
    }

    /// Checks that the numbers run from 1 to `expected` (to wherever they end, if it is unknown).
    func check(expected: UInt32?, _ findings: inout FindingList) {
        for (index, entry) in entries.enumerated() where Int(entry.number) != index + 1 {
            findings.add(
                .nameTableMismatch, "\(kind.rawValue) \(index + 1)",
                "the table has no such number, but number \(entry.number)")
            return
        }
        guard let expected, Int(expected) != entries.count else { return }
        findings.add(
            .nameTableMismatch, "\(kind.rawValue) \(min(Int(expected), entries.count) + 1)",
            "the table has \(entries.count) names and the header counts \(expected)")
    }

    private func isValid(_ name: [UInt8]) -> Bool {
        switch kind {
        case .namespace: Namespace.isValid(name)
        case .source:
            !name.isEmpty && name.count <= EventLimits.sourceBytes
                && String(validating: name, as: UTF8.self) != nil
        }
    }
}
