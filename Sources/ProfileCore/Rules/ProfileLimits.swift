/// The sizes of rules and of what they keep. Each is tested at its edge.
package enum ProfileLimits {
    /// What a fragment may hold, in units: a register is one.
    package static let units = 80
    /// The most that a register takes in a fragment or a fold, in bytes.
    package static let unitBytes = 1_400
    /// The most that a fragment or a fold takes under one set of rules, in bytes.
    package static let fragmentBytes = units * unitBytes
    /// The most attribute rules.
    package static let rules = 128
    /// The most sources that a rule may name: each event's is looked for among them.
    package static let sources = 64
    /// The longest form of a set of rules, under whatever version, in bytes.
    package static let rulesBytes = 64 << 10
    /// The most elements that a set may be told to keep: what an array may hold.
    package static let setElements = 64
    /// How many elements a set keeps that was not told.
    package static let setElementsUnlessTold = 32
    /// The longest value that is taken into a set, in bytes as a block holds it.
    package static let setElementBytes = 256
    /// The most events that a count, a sum or a most-frequent rule remembers.
    package static let tileEvents = 256
    /// The longest value that a most-frequent rule counts, in bytes as a block holds it.
    package static let frequentValueBytes = 64
    /// The longest window, in days.
    package static let windowDays = 400
    /// The longest window, in seconds.
    package static let windowSeconds = windowDays * 86_400

    /// The most bytes of an element of a set: a time, a source, a member, a value.
    private static let setElementUnitBytes = 540
    /// The most bytes of a remembered event: its id's hash and its time; and a number; or a value.
    private static let countEventBytes = 27
    private static let sumEventBytes = 48
    private static let frequentEventBytes = countEventBytes + frequentValueBytes

    /// The units that a rule takes.
    static func units(of rule: SurvivorshipRule) -> Int {
        switch rule {
        case .last(let setOnce): setOnce.isEmpty ? 1 : 2
        case .first, .max, .min, .mostTrusted: 1
        case .set(let cap): units(bytes: cap * setElementUnitBytes)
        case .count: units(bytes: tileEvents * countEventBytes)
        case .sum: units(bytes: tileEvents * sumEventBytes)
        case .mostFrequent: units(bytes: tileEvents * frequentEventBytes)
        }
    }

    private static func units(bytes: Int) -> Int { (bytes + unitBytes - 1) / unitBytes }
}
