import Answers
import Foundation
import ProfileCore
import Testing

/// Survivorship rules as answers: words, windows, and one form.
@Suite("Answers: profiles")
struct ProfilesFormTests {
    private static func rule(
        _ name: String, from: String? = nil, type: AttributeType? = nil,
        isSensitive: Bool = false, _ rule: SurvivorshipRule
    ) -> AttributeRule {
        AttributeRule(
            name: Array(name.utf8), from: from.map { Array($0.utf8) }, type: type,
            isSensitive: isSensitive, rule: rule)
    }

    @Test func shouldSayRulesInOneForm() throws {
        let (crm, web) = (Array("crm".utf8), Array("web".utf8))
        let rules = try SurvivorshipRules(
            version: 7, isStrict: true,
            attributes: [
                Self.rule("visits", from: "page_view", .count(windowSeconds: 2_592_000)),
                Self.rule("city", isSensitive: true, .mostTrusted(ranking: [web, crm])),
                Self.rule("plan", from: "plan", .last(setOnce: [web, crm])),
                Self.rule("tags", .set(cap: 32)), Self.rule("born", type: .time, .first),
                Self.rule("name", .last()),
            ])
        var answer = ProfilesAnswer(inForce: rules, changed: false)
        #expect(
            JSONText.encode(answer) == #"{"changed":false,"profiles":{"attributes":["#
                + #"{"name":"born","rule":"first","type":"time"},"#
                + #"{"name":"city","rule":"most-trusted","sensitive":true,"#
                + #""sources":["web","crm"]},"#
                + #"{"name":"name","rule":"last"},"#
                + #"{"name":"plan","rule":"last","set_once":["crm","web"]},"#
                + #"{"cap":32,"name":"tags","rule":"set"},"#
                + #"{"from":"page_view","name":"visits","rule":"count","window":"30d"}],"#
                + #""strict":true},"rules":6,"unit_limit":80,"units":\#(rules.units),"#
                + #""version":7}"#)
        #expect(JSONText.decode(ProfilesAnswer.self, from: JSONText.data(answer)) == answer)
        answer = ProfilesAnswer(ofFile: rules)
        #expect(answer.version == nil && answer.changed == nil)
        #expect(JSONText.decode(ProfilesAnswer.self, from: JSONText.data(answer)) == answer)
    }

    /// Each rule has a word that leads back to it.
    @Test func shouldNameEveryRule() {
        let rules: [(SurvivorshipRule, String)] = [
            (.last(), "last"), (.first, "first"), (.max, "max"), (.min, "min"),
            (.mostTrusted(ranking: []), "most-trusted"), (.set(cap: 1), "set"),
            (.count(windowSeconds: 1), "count"), (.sum(windowSeconds: 1), "sum"),
            (.mostFrequent(windowSeconds: 1), "most-frequent"),
        ]
        for (rule, word) in rules { #expect(RuleWord(rule).rawValue == word) }
        #expect(Set(rules.map(\.1)).union(["set-once"]) == Set(RuleWord.allCases.map(\.rawValue)))
        for type in AttributeType.allCases { #expect(AttributeType(word: type.word) == type) }
        #expect(AttributeType(word: "date") == nil && AttributeType(word: "Time") == nil)
    }

    @Test(arguments: [
        (1, "1s"), (59, "59s"), (60, "1m"), (61, "61s"), (3_600, "1h"), (5_400, "90m"),
        (86_400, "1d"), (90_000, "25h"), (2_592_000, "30d"), (34_560_000, "400d"),
        (34_559_999, "34559999s"),
    ])
    func shouldWriteAndReadWindows(_ seconds: Int, _ text: String) {
        #expect(WindowText.print(seconds) == text)
        #expect(WindowText.parse(text) == seconds)
    }

    @Test func shouldReadWindowsInEachUnit() {
        #expect(WindowText.parse("43200m") == 2_592_000)
        #expect(WindowText.parse("99999999d") == 99_999_999 * 86_400)
        for text in [
            "", "d", "30", "0d", "01d", "-1d", "+1d", "1.5d", "1 d", " 1d", "1d ", "1D", "1w",
            "1ms",
            "100000000s", "9999999999999999999999d", "\u{0661}d", "1d1h", "1e3s", "0x1d",
        ] {
            #expect(WindowText.parse(text) == nil, "\(text)")
        }
    }
}
