/// What the schedule of a run may do to it. A reduced run goes without some of it.
package struct Faults: OptionSet, Equatable, Sendable {
    /// One bit for each.
    package let rawValue: UInt32

    /// Those of the bits.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A delivery arrives twice.
    package static let repeats = Faults(rawValue: 1 << 0)
    /// A delivery is lost, its sender is told, and dies.
    package static let drops = Faults(rawValue: 1 << 1)
    /// Owners die and go on from a snapshot; in one process, all at once with the power.
    package static let crashes = Faults(rawValue: 1 << 2)
    /// Standbys take over, and old owners go on.
    package static let takeovers = Faults(rawValue: 1 << 3)
    /// Checkpoints are stored.
    package static let checkpoints = Faults(rawValue: 1 << 4)
    /// Forwarding pointers are collected.
    package static let collects = Faults(rawValue: 1 << 5)
    /// Some channels are slow.
    package static let slowness = Faults(rawValue: 1 << 6)
    /// Clients say some events twice.
    package static let echoes = Faults(rawValue: 1 << 7)
    /// Memory is let go between records.
    package static let evictions = Faults(rawValue: 1 << 8)
    /// Owners fold later than records arrive.
    package static let lag = Faults(rawValue: 1 << 9)

    /// Deliveries arrive together, in one record.
    package static let bundles = Faults(rawValue: 1 << 10)

    /// All of it, with the words that a command line gives them.
    package static let named: [(name: String, fault: Faults)] = [
        ("repeats", .repeats), ("drops", .drops), ("crashes", .crashes),
        ("takeovers", .takeovers), ("checkpoints", .checkpoints), ("collects", .collects),
        ("slowness", .slowness), ("echoes", .echoes), ("evictions", .evictions), ("lag", .lag),
        ("bundles", .bundles),
    ]

    /// Nothing is left out.
    package static let all = Faults(rawValue: (1 << 11) - 1)
}
