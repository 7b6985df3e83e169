import Answers
import GraphCore
import IdentityModel
import NodeRuntime
import ProfileCore
import TestSupport
import WireFormat

// What scenarios say of attributes, rules and profiles.
extension ScenarioStore {
    /// Puts rules in force and brings every fragment to them.
    func put(_ attributes: [AttributeRule]) throws {
        let version = runtime.rules.version + 1
        rules = try SurvivorshipRules(version: version, attributes: attributes)
        try append(runtime.rulesRecord(rules))
        while runtime.isSweeping {
            try append(RecordCodec.encode(.tick(EventTime(milliseconds: 0)), runtime.recordHead))
        }
    }

    /// The values of a customer's profile by name, each with where it came from.
    func profile(_ name: String) throws -> [(name: String, value: String, origin: String)] {
        let key = end(name).key
        let fold = try runtime.ask { graph, reader throws(StateError) in
            try graph.profileFold(withMember: key, reader: reader)
        }
        guard !fold.isEmpty else { return [] }
        let entries = try ProfileArithmetic(runtime.rules).entries(of: fold.span)
        let answer = try ProfileAnswer(entries, masking: runtime.rules) { self.name($0) }
        return answer.values.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map {
            ($0, answer.values[$0]?.text ?? "", answer.provenance[$0]?.text ?? "")
        }
    }

    /// Whether a store that was told the last rules first, and then the same events from the last
    /// to the first, has the same digest, fragments included.
    func isAsTheOtherWayAround() throws -> Bool {
        let twin = try ScenarioStore()
        try twin.put(rules.attributes)
        for event in said.reversed() { try twin.append(event) }
        return twin.runtime.digest == runtime.digest
    }
}

/// Attributes and rules as a scenario writes them.
enum ProfileWords {
    /// A block of attributes: each a number where its text is a whole one, else a string.
    static func block(_ attributes: [(name: String, value: String)]) throws -> [UInt8] {
        var builder = AttributeBlockBuilder()
        var block: [UInt8] = []
        for (name, value) in attributes {
            var refused = builder.begin(Array(name.utf8).span)
            if refused == nil {
                refused =
                    Int64(value).map { builder.add(FixedNumber($0)) }
                    ?? builder.add(string: Array(value.utf8).span)
            }
            if let refused { throw Scenario.Malformed(description: refused.message) }
        }
        if let refused = builder.finish(to: &block) {
            throw Scenario.Malformed(description: refused.message)
        }
        return block
    }

    /// A rule: `NAME=WORD`, or `NAME=WORD:PARAMETER`, where a parameter is a cap, a window in
    /// seconds, or sources with `+` between them. A name with `!` in front is sensitive.
    static func rule(_ option: (name: String, value: String)) throws -> AttributeRule {
        let parts = option.value.split(separator: ":", maxSplits: 1).map(String.init)
        let parameter = parts.count > 1 ? parts[1] : ""
        let sources = parameter.split(separator: "+").map { Array($0.utf8) }
        let number = Int(parameter) ?? 0
        let rule: SurvivorshipRule
        switch parts.first {
        case "last": rule = .last(setOnce: sources)
        case "first": rule = .first
        case "max": rule = .max
        case "min": rule = .min
        case "trusted": rule = .mostTrusted(ranking: sources)
        case "set": rule = .set(cap: number)
        case "count": rule = .count(windowSeconds: number)
        case "sum": rule = .sum(windowSeconds: number)
        case "frequent": rule = .mostFrequent(windowSeconds: number)
        default: throw Scenario.Malformed(description: "no such rule: \(option.value)")
        }
        let isSensitive = option.name.hasPrefix("!")
        return AttributeRule(
            name: Array(option.name.utf8.dropFirst(isSensitive ? 1 : 0)), isSensitive: isSensitive,
            rule: rule)
    }
}
