import IdentityModel
import ProfileCore
import TestSupport
import Testing

/// What the edge refuses by the rules.
@Suite("Events against rules")
struct RuleCheckTests {
    private func rejected(
        _ rules: SurvivorshipRules, id: String = "", _ attributes: [(String, ModelValue)]
    ) throws -> Rejected? {
        let block = ModelBlock.encode(attributes.map { (Array($0.0.utf8), $0.1) })
        return try ProfileArithmetic(rules).check(
            eventID: Array(id.utf8).span, block: block.span)
    }

    private func rule(
        _ name: String, from: String, _ type: AttributeType?, _ rule: SurvivorshipRule = .last()
    ) -> AttributeRule {
        AttributeRule(
            name: Array(name.utf8), from: Array(from.utf8), type: type, rule: rule)
    }

    @Test func shouldRefuseWhatDoesNotFitItsType() throws {
        let rules = SurvivorshipRules.made([
            rule("age", from: "age", .number), rule("born", from: "birthday", .time),
            rule("b", from: "vip", .boolean), rule("c", from: "vip", nil),
        ])
        let fit: [(String, ModelValue)] = [
            ("age", .array([.text("5"), .whole(7)])), ("birthday", .text("2026-01-02T03:04:05Z")),
            ("vip", .text("true")), ("other", .text("x")), ("born", .boolean(true)),
        ]
        #expect(try rejected(rules, fit) == nil)
        #expect(try rejected(.standing, fit) == nil)
        for (name, value) in [
            ("age", .text("five")), ("age", .array([.whole(5), .text("x")])),
            ("birthday", .text("yesterday")), ("birthday", .boolean(true)), ("vip", .whole(1)),
        ] as [(String, ModelValue)] {
            let rejected = try rejected(rules, [("zzz", .whole(1)), (name, value)])
            #expect(rejected?.reason == .badType)
            #expect(rejected?.message.hasPrefix("attribute \(name) must be ") == true)
        }
    }

    @Test func shouldWantAnIdWhereEventsAreRemembered() throws {
        for tile in [
            SurvivorshipRule.count(windowSeconds: 1), .sum(windowSeconds: 1),
            .mostFrequent(windowSeconds: 1),
        ] {
            let rules = SurvivorshipRules.made([
                rule("visits", from: "page", nil, tile), rule("a", from: "page", nil),
            ])
            let page: [(String, ModelValue)] = [("b", .whole(1)), ("page", .text("x"))]
            #expect(try rejected(rules, page)?.reason == .missingID)
            #expect(try rejected(rules, id: "1", page) == nil)
            #expect(try rejected(rules, [("visits", .whole(1)), ("b", .whole(1))]) == nil)
        }
    }

    /// What passes the check is folded.
    @Test func oracleOfCheckAndFold() throws {
        for seed in 0..<UInt64(TestBudget.rounds(2_000)) {
            var random = RandomProfiles(seed: seed)
            let rules = random.rules(version: 1)
            let event = random.events(1)[0]
            let block = ModelBlock.encode(event.attributes, &random.chance)
            let rejected = try ProfileArithmetic(rules).check(
                eventID: event.id.span, block: block.span)
            let fed = rules.attributes.filter { event.attributes[$0.from] != nil }
            let isTyped = fed.allSatisfy {
                ModelTypes.fits(event.attributes[$0.from] ?? .whole(0), $0.type)
            }
            let hasID = !event.id.isEmpty || fed.allSatisfy { $0.rule.windowSeconds == nil }
            switch rejected?.reason {
            case nil: #expect(isTyped && hasID)
            case .badType: #expect(!isTyped)
            default: #expect(rejected?.reason == .missingID && !hasID)
            }
        }
    }
}
