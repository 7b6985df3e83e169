internal import IdentityModel
internal import ProfileCore
internal import WireFormat

/// What identifiers and customers are said to be, worked out from all events at once: each
/// identifier's own observations, folded in the order of the events, and joined where a customer
/// has several. The arithmetic is the program's own, which ProfileCoreTests compare with a model.
struct ProfileOracle {
    /// By node: its fragment; empty where nothing was said of it.
    let fragments: [[UInt8]]
    private let arithmetic: ProfileArithmetic

    /// The answer to events that name nodes below `nodes`, under rules.
    init(_ events: [SimulatedEvent], nodes: Int, rules: SurvivorshipRules) {
        let arithmetic = ProfileArithmetic(rules)
        var found: [[UInt8]] = Array(repeating: [], count: nodes)
        for event in events {
            guard let said = event.attributes else { continue }
            var observation: [UInt8] = []
            Observation.appendEvent(
                time: EventTime(milliseconds: event.time),
                source: Identifiers.source(event.source).span, eventID: said.eventID.span,
                block: said.block.span, to: &observation)
            Self.sound { () throws(WireError) in
                _ = try arithmetic.fold(observation.span, into: &found[event.a])
            }
        }
        self.arithmetic = arithmetic
        fragments = found
    }

    /// The fold over the fragments of nodes; empty where they have none.
    func fold(of nodes: [Int]) -> [UInt8] {
        var fold: [UInt8] = []
        for node in nodes where !fragments[node].isEmpty {
            let fragment = fragments[node]
            Self.sound { () throws(WireError) in
                try arithmetic.join(fragment.span, of: Identifiers.key(node), into: &fold)
            }
        }
        return fold
    }

    /// What a fold tells; empty for nothing.
    func profile(of fold: [UInt8]) -> [UInt8] {
        guard !fold.isEmpty else { return [] }
        var profile: [UInt8] = []
        Self.sound { () throws(WireError) in profile = try arithmetic.profile(of: fold.span) }
        // A block without attributes says nothing.
        return profile.count > 1 ? profile : []
    }

    /// Runs what throws where bytes are damaged: those of an oracle are not.
    private static func sound(_ body: () throws(WireError) -> Void) {
        do throws(WireError) { try body() } catch {
            preconditionFailure("what was just folded is damaged: \(error.reason)")
        }
    }
}
