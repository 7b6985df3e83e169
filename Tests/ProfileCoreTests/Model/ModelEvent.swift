import IdentityModel
import ProfileCore
import TestSupport

/// One event, decoded.
struct ModelEvent: Hashable {
    var member = NodeKey(high: 0, low: 1)
    var time: Int64
    var source: [UInt8]
    var id: [UInt8] = []
    var attributes: [[UInt8]: ModelValue]

    /// The observation that the graph would carry.
    func observation(_ chance: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        Observation.appendEvent(
            time: EventTime(milliseconds: time), source: source.span, eventID: id.span,
            block: ModelBlock.encode(attributes, &chance).span, to: &bytes)
        return bytes
    }
}

/// Events with one attribute, written shortly.
extension ModelEvent {
    init(_ time: Int64, member: UInt64 = 1, _ value: ModelValue) {
        self.init(time, "s", member: member, value)
    }

    init(_ time: Int64, _ source: String, member: UInt64 = 1, _ value: ModelValue) {
        self.init(time, source, "", member: member, value)
    }

    init(
        _ time: Int64, _ source: String, _ id: String, member: UInt64 = 1, _ value: ModelValue
    ) {
        self.init(time, source, id, "a", value)
        self.member = NodeKey(high: 0, low: member)
    }

    init(_ time: Int64, _ source: String, _ id: String, _ name: String, _ value: ModelValue) {
        self.init(
            time: time, source: Array(source.utf8), id: Array(id.utf8),
            attributes: [Array(name.utf8): value])
    }
}

extension ProfileArithmetic {
    /// The fragment of events of one member, in their order.
    func fragment(_ events: [ModelEvent], into start: [UInt8] = []) throws -> [UInt8] {
        var chance = SeededGenerator(seed: 0)
        var fragment = start
        for event in events {
            let before = fragment
            let hasChanged = try fold(event.observation(&chance).span, into: &fragment)
            precondition(hasChanged == (fragment != before), "a fold says whether it changed")
        }
        return fragment
    }

    /// The fold of events, member by member.
    func fold(_ events: [ModelEvent]) throws -> [UInt8] {
        var folded: [UInt8] = []
        for member in Set(events.map(\.member)).sorted() {
            let fragment = try fragment(events.filter { $0.member == member })
            try join(fragment.span, of: member, into: &folded)
        }
        return folded
    }

    /// The values of the profile of events, and where they came from.
    func entries(_ events: [ModelEvent]) throws -> [ProfileEntry] {
        let fold = try fold(events)
        return try entries(of: fold.span)
    }

    /// The profile of events, decoded.
    func profile(_ events: [ModelEvent]) throws -> [String: ModelValue] {
        let fold = try fold(events)
        let block = try profile(of: fold.span)
        var profile: [String: ModelValue] = [:]
        for (name, value) in try ModelBlock.decode(block) {
            profile[String(decoding: name, as: UTF8.self)] = value
        }
        return profile
    }
}

extension SurvivorshipRules {
    /// Rules that are known to be right.
    static func made(
        version: UInt64 = 1, isStrict: Bool = false, _ attributes: [AttributeRule]
    ) -> SurvivorshipRules {
        do {
            return try SurvivorshipRules(
                version: version, isStrict: isStrict, attributes: attributes)
        } catch {
            preconditionFailure(error.message)
        }
    }

    /// Rules with one for the attribute `a`.
    static func only(
        _ rule: SurvivorshipRule, type: AttributeType? = nil, version: UInt64 = 1
    ) -> SurvivorshipRules {
        made(version: version, [AttributeRule(name: [0x61], type: type, rule: rule)])
    }
}
