import Answers
import IdentityModel
import NodeRuntime
import Testing

/// The largest customers of a checkpoint.
@Suite("Answers: the largest")
struct TopTests {
    private func filled() throws -> AnswersFixture {
        let test = try AnswersFixture()
        try test.star(4)
        try test.say(.link, "phone:+34600000001", "cookie:p1")
        try test.say(.link, "phone:+34600000001", "cookie:p2")
        for index in 0..<6 { try test.say(.link, "a:\(index)", "b:\(index)") }
        return test
    }

    private func top(_ test: AnswersFixture, _ limit: Int, reveal: Bool = false) throws -> TopAnswer
    {
        TopAnswer(
            try LargestComponents(limit: limit, in: test.state), of: PartitionID(3),
            namespaces: AnswersFixture.table, reveal: reveal)
    }

    @Test func shouldOrderBySizeThenByID() throws {
        let test = try filled()
        try test.runtime.checkpoint()
        let all = try top(test, 100).customers
        #expect(all.map(\.identifierCount) == [5, 3, 2, 2, 2, 2, 2, 2])
        let ids = all.dropFirst(2).map(\.customerID)
        #expect(ids == ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(Set(all.map(\.customerID)).count == 8)
        for limit in [1, 2, 5, 8] {
            #expect(try top(test, limit).customers == Array(all.prefix(limit)))
        }
    }

    @Test func shouldMaskWhatIsSensitive() throws {
        let test = try filled()
        try test.runtime.checkpoint()
        let masked = try top(test, 2).customers
        #expect(masked.map(\.identifier) == ["email:***", "phone:+34600000001"])
        #expect(masked.map(\.masked) == [true, false])
        let shown = try top(test, 2, reveal: true).customers
        #expect(shown.map(\.identifier) == ["email:hub", "phone:+34600000001"])
        #expect(shown.map(\.masked) == [false, false])
    }

    /// It writes no checkpoint, and says which position it answers for.
    @Test func shouldAnswerForTheStoredHeader() throws {
        let test = try AnswersFixture()
        #expect(try top(test, 10) == top(test, 1))
        #expect(try top(test, 10).position == PositionAnswer(PartitionID(3), 0))
        try test.star(2)
        #expect(try top(test, 10).customers.isEmpty)
        try test.runtime.checkpoint()
        try test.say(.link, "email:hub", "cookie:late")
        let stored = try top(test, 10)
        #expect(stored.position.offset == 2 && stored.customers[0].identifierCount == 3)
        #expect(test.runtime.tailRecords == 1)
    }
}
