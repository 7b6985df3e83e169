import KafkaEngine
import NodeRuntime
import ProfileCore
import Testing

/// Which rules stand, by the records of the global topic.
@Suite("Rules of the global topic")
struct RulesRegisterTests {
    private func rules(_ version: UInt64, cap: Int) throws -> SurvivorshipRules {
        try SurvivorshipRules(
            version: version,
            attributes: [AttributeRule(name: Array("a".utf8), rule: .set(cap: cap))])
    }

    @Test func shouldKeepTheFirstOfTheGreatestVersion() throws {
        var register = RulesRegister()
        #expect(register.standing == .standing && register.isLast)
        let (one, other, next) = (try rules(1, cap: 2), try rules(1, cap: 3), try rules(2, cap: 4))
        try register.take(RulesRecord.encode(one))
        #expect(register.standing == one && register.isLast)
        try register.take(RulesRecord.encode(other))
        #expect(register.standing == one && !register.isLast)
        try register.take(RulesRecord.encode(one))
        #expect(register.standing == one && register.isLast)
        try register.take(RulesRecord.encode(next))
        #expect(register.standing == next && register.isLast)
        try register.take(RulesRecord.encode(other))
        #expect(register.standing == next && !register.isLast)
    }

    @Test func shouldKeepWhatStandsWhereNothingIsSaid() throws {
        var register = RulesRegister()
        try register.take(nil)
        #expect(register.isLast, "there is nothing to write again")
        try register.take(RulesRecord.encode(try rules(3, cap: 2)))
        try register.take(nil)
        #expect(register.standing.version == 3 && !register.isLast)
        try register.take(Array("garbage".utf8))
        #expect(register.standing.version == 3 && !register.isLast)
    }

    /// What was written here has stood although another's came behind it in the same reading, and
    /// is not written a second time; where another's of its version came first, it has not.
    @Test func shouldTellWhatWasWrittenHere() throws {
        var draft = RulesDraft()
        let (own, other) = (try rules(1, cap: 2), try rules(1, cap: 3))
        draft.write(own, for: 7)
        #expect(!draft.isIdle)
        let stood = try draft.take(RulesRecord.encode(own))
        #expect(stood?.asker == 7 && stood?.rules == own && draft.isIdle)
        #expect(try draft.take(RulesRecord.encode(other)) == nil)
        #expect(try draft.take(RulesRecord.encode(try rules(2, cap: 3))) == nil)
        let late = try rules(3, cap: 5)
        draft.write(late, for: 8)
        #expect(try draft.take(RulesRecord.encode(try rules(3, cap: 6))) == nil)
        #expect(!draft.isIdle)
        #expect(try draft.take(RulesRecord.encode(late)) == nil && draft.isIdle)
        #expect(draft.register.standing == (try rules(3, cap: 6)))
        // What stands is written again for nobody.
        draft.write(draft.register.standing, for: nil)
        #expect(try draft.take(RulesRecord.encode(draft.register.standing)) == nil && draft.isIdle)
    }

    @Test func shouldRefuseALaterFormat() throws {
        var register = RulesRegister()
        #expect(throws: EngineFailure.self) {
            try register.take(Array(#"{"format":2,"rules":7}"#.utf8))
        }
    }

    @Test func shouldGiveChangesTheNextVersion() throws {
        var register = RulesRegister()
        try register.take(RulesRecord.encode(try rules(5, cap: 2)))
        let same = register.change(to: try rules(0, cap: 2))
        #expect(!same.isNew)
        let change = register.change(to: try rules(0, cap: 3))
        let wanted = try rules(6, cap: 3)
        #expect(change.isNew && change.rules == wanted)
    }
}
