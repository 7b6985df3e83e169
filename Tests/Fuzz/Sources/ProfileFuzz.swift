import IdentityModel
import ProfileCore
import WireFormat

/// What stores, logs and moves hold of profiles: damage throws and never traps.
enum ProfileFuzz {
    private static let member = NodeKey(high: 1, low: 2)

    /// Rules under which bytes are read as fragments; the first byte of an input chooses.
    private static let all: [ProfileArithmetic] = rules.enumerated().map { index, rules in
        let attributes = rules.enumerated().map { place, rule in
            AttributeRule(name: [0x61 + UInt8(place)], rule: rule)
        }
        guard
            let rules = try? SurvivorshipRules(version: UInt64(index), attributes: attributes)
        else { fatalError("the rules are refused") }
        return ProfileArithmetic(rules)
    }
    private static let rules: [[SurvivorshipRule]] = [
        [],
        [
            .last(), .first, .max, .min, .mostTrusted(ranking: [[0x77]]),
            .last(setOnce: [[0x77]]),
        ],
        [
            .set(cap: 3), .count(windowSeconds: 60), .sum(windowSeconds: 60),
            .mostFrequent(windowSeconds: 60),
        ],
    ]

    /// A fragment: joined, joined again, told, and brought to other rules. What is copied is not
    /// looked into, so that damage which a checksum has let pass may stay, and change in a repeat.
    static func fragment(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let arithmetic = all[Int(first) % all.count]
        let fragment = Array(input.dropFirst())
        for arithmetic in all {
            guard let converted = try? arithmetic.converted(fragment.span) else { continue }
            require(
                (try? arithmetic.converted(converted.span)) == .some(.none),
                "what was brought to rules is brought to them again")
        }
        var fold: [UInt8] = []
        guard (try? arithmetic.join(fragment.span, of: member, into: &fold)) != nil,
            let profile = try? arithmetic.profile(of: fold.span)
        else { return }
        var again = fold
        _ = try? arithmetic.join(fragment.span, of: member, into: &again)
        let entries = try? arithmetic.entries(of: fold.span)
        guard let count = try? Self.count(profile) else { return }
        require(entries?.count == count, "a profile has \(count) values")
    }

    /// How many values a profile has that can be read.
    private static func count(_ profile: [UInt8]) throws(WireError) -> Int {
        var reader = try AttributeReader(profile.span, 0..<profile.count)
        var count = 0
        while try reader.next(profile.span) != nil { count += 1 }
        return count
    }

    /// An observation as messages carry it, folded into nothing and then once more. Of an event
    /// each bit is looked into: a repeat changes nothing.
    static func observation(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let arithmetic = all[Int(first) % all.count]
        let observation = Array(input.dropFirst())
        var fragment: [UInt8] = []
        guard (try? arithmetic.fold(observation.span, into: &fragment)) != nil else { return }
        let before = fragment
        let changed = try? arithmetic.fold(observation.span, into: &fragment)
        guard case .event? = try? Observation(observation.span) else { return }
        require(changed == false && fragment == before, "a repeat changes a fragment")
    }

    /// Rules as records and headers hold them: each has one form.
    static func rules(_ input: [UInt8]) {
        guard let rules = try? SurvivorshipRules(decoding: input.span) else { return }
        require(rules.encode() == input, "rules have two forms")
    }

    /// A change as the feed holds it.
    static func change(_ input: [UInt8]) { _ = try? ChangeForm.decode(input.span) }
}
