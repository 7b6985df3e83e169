package import IdentityModel

/// Rules as bytes: equal rules have equal bytes.
///
/// A format byte, the version, a flag for strict, the count of rules; of each its name (counted), a
/// byte of flags, where it differs from the name the attribute that it is made of (counted), the
/// type (0: none), the rule's number and what belongs to the rule.
extension SurvivorshipRules {
    /// The rules that a store has in force, by what it holds of them: none for the standing ones.
    package init(inForce bytes: [UInt8]) throws(WireError) {
        self = bytes.isEmpty ? .standing : try SurvivorshipRules(decoding: bytes.span)
    }

    private static let format: UInt8 = 1
    private static let sensitiveFlag: UInt8 = 1
    private static let renamedFlag: UInt8 = 2
    /// The least bytes of a rule: a name and its length, flags, a type, a number.
    private static let leastRuleBytes = 5

    /// The rules as bytes.
    package func encode() -> [UInt8] {
        var bytes: [UInt8] = [SurvivorshipRules.format]
        bytes.appendVarint(version)
        bytes.append(isStrict ? 1 : 0)
        bytes.appendVarint(UInt64(attributes.count))
        for rule in attributes {
            let isRenamed = rule.from != rule.name
            bytes.appendCounted(rule.name.span)
            bytes.append(
                (rule.isSensitive ? SurvivorshipRules.sensitiveFlag : 0)
                    | (isRenamed ? SurvivorshipRules.renamedFlag : 0))
            if isRenamed { bytes.appendCounted(rule.from.span) }
            bytes.append(rule.type?.rawValue ?? 0)
            rule.rule.append(to: &bytes)
        }
        return bytes
    }

    /// The rules that `bytes` are the form of; anything else throws.
    package init(decoding bytes: Span<UInt8>) throws(WireError) {
        var cursor = ByteCursor(0..<bytes.count)
        guard try cursor.byte(bytes) == SurvivorshipRules.format else {
            throw WireError(.newerFormat, "rules are of a later format: use a later program")
        }
        let version = try cursor.varint(bytes)
        let isStrict = try cursor.flag(bytes)
        let count = try cursor.count(bytes, leastBytes: SurvivorshipRules.leastRuleBytes)
        var rules: [AttributeRule] = []
        for _ in 0..<count {
            rules.append(try SurvivorshipRules.rule(bytes, &cursor))
        }
        try cursor.finish()
        do throws(RulesFault) {
            try self.init(version: version, isStrict: isStrict, attributes: rules)
        } catch {
            throw WireError(.damaged, "rules are none that a store can have")
        }
        let form = encode()
        guard AttributeOrder.compareBytes(form.span, bytes) == 0 else {
            throw WireError(.damaged, "rules are not in their one form")
        }
    }

    private static func rule(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> AttributeRule {
        let name = [UInt8](bytes, try cursor.counted(bytes))
        let flags = try cursor.byte(bytes)
        guard flags <= sensitiveFlag | renamedFlag else {
            throw WireError(.damaged, "a rule's flags are not known")
        }
        let isRenamed = flags & renamedFlag != 0
        let from = isRenamed ? [UInt8](bytes, try cursor.counted(bytes)) : name
        let typeNumber = try cursor.byte(bytes)
        let type = AttributeType(rawValue: typeNumber)
        guard typeNumber == 0 || type != nil else {
            throw WireError(.damaged, "a rule's type is not known")
        }
        return AttributeRule(
            name: name, from: from, type: type, isSensitive: flags & sensitiveFlag != 0,
            rule: try SurvivorshipRule(bytes, &cursor))
    }
}

extension SurvivorshipRule {
    fileprivate func append(to bytes: inout [UInt8]) {
        bytes.append(EntrySlot(self).rawValue)
        switch self {
        case .last(let sources), .mostTrusted(let sources):
            bytes.appendVarint(UInt64(sources.count))
            for source in sources { bytes.appendCounted(source.span) }
        case .first, .max, .min: break
        case .set(let number), .count(let number), .sum(let number), .mostFrequent(let number):
            bytes.appendSignedVarint(Int64(number))
        }
    }

    fileprivate init(_ bytes: Span<UInt8>, _ cursor: inout ByteCursor) throws(WireError) {
        switch EntrySlot(rawValue: try cursor.byte(bytes)) {
        case .last: self = .last(setOnce: try SurvivorshipRule.sources(bytes, &cursor))
        case .first: self = .first
        case .max: self = .max
        case .min: self = .min
        case .trusted: self = .mostTrusted(ranking: try SurvivorshipRule.sources(bytes, &cursor))
        case .set: self = .set(cap: Int(try cursor.signedVarint(bytes)))
        case .count: self = .count(windowSeconds: Int(try cursor.signedVarint(bytes)))
        case .sum: self = .sum(windowSeconds: Int(try cursor.signedVarint(bytes)))
        case .frequent: self = .mostFrequent(windowSeconds: Int(try cursor.signedVarint(bytes)))
        case .once, nil: throw WireError(.damaged, "a rule is not known")
        }
    }

    private static func sources(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> [[UInt8]] {
        let count = try cursor.count(bytes, leastBytes: 1)
        var sources: [[UInt8]] = []
        for _ in 0..<count { sources.append([UInt8](bytes, try cursor.counted(bytes))) }
        return sources
    }
}
