package import ProfileCore

/// Rules that one node writes, one after the other, and what becomes of them in the global topic:
/// by its records alone, in their order, however many of them are read at once.
///
///     written ──▶ comes back ──▶ stands by its own record: whoever put them is answered
///                     └───────▶ another's of that version came before: the next version is written
package struct RulesDraft: Sendable {
    /// What stands by the records so far.
    package private(set) var register = RulesRegister()
    /// What was written and has not come back, and for whom; nobody: it stood and was not last.
    private var written: (rules: SurvivorshipRules, asker: UInt64?)?

    /// A draft of no record.
    package init() {}

    /// Whether nothing is on its way.
    package var isIdle: Bool { written == nil }

    /// Notes that rules are written for somebody; nil: for nobody.
    package mutating func write(_ rules: SurvivorshipRules, for asker: UInt64?) {
        precondition(isIdle, "one after the other")
        written = (rules, asker)
    }

    /// Takes the value of the next record `rules`.
    ///
    /// - Returns: whose rules stand by it, and these, where they were written here: later records
    ///   may have others stand, even of the same reading, and theirs have stood all the same.
    /// - Throws: `EngineFailure`: a later release's.
    package mutating func take(
        _ value: [UInt8]?
    ) throws(EngineFailure) -> (asker: UInt64, rules: SurvivorshipRules)? {
        try register.take(value)
        guard let written, let value, value == RulesRecord.encode(written.rules) else {
            return nil
        }
        self.written = nil
        guard let asker = written.asker, register.standing == written.rules else { return nil }
        return (asker, written.rules)
    }
}
