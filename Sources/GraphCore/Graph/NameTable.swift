/// Names (sources, namespaces) and the small numbers that the graph gives them, in the order of
/// their first appearance in the log; so replicas number alike. 0 is "no name".
struct NameTable {
    private(set) var names: [[UInt8]] = [[]]
    private(set) var hashes: [UInt64] = [0]
    private var numbers: [[UInt8]: UInt32] = [:]  // lookup only
    /// Up to this many names are looked for one after the other: that is quicker than to hash.
    private static let scanned = 8
    /// How many names the store holds already.
    private(set) var storedCount = 1

    /// The number of a name, given now if it is new.
    mutating func number(_ name: [UInt8]) -> UInt32 {
        if let number = existing(name) { return number }
        let number = UInt32(names.count)
        names.append(name)
        hashes.append(Mixing.hash(name.span))
        numbers[name] = number
        return number
    }

    /// The number of a name, if it has one.
    func existing(_ name: [UInt8]) -> UInt32? {
        for number in 1..<min(names.count, Self.scanned + 1) where names[number] == name {
            return UInt32(number)
        }
        return names.count > Self.scanned + 1 ? numbers[name] : nil
    }

    /// Says that the store holds every name now.
    mutating func markStored() { storedCount = names.count }
}
