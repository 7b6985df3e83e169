import IdentityModel

/// Rules as folding needs them: flat, so that nothing is counted or copied on the way, and found by
/// both of their names.
struct RulePlan: Sendable {
    /// The rules' version.
    let version: UInt64
    /// Whether attributes that no rule is made of are not kept.
    let isStrict: Bool
    /// How many attributes without a rule are kept.
    let unruledLimit: Int
    /// Whether some rule is made of an attribute of another name.
    let hasRenames: Bool
    /// Ascending by name.
    let rules: [Rule]
    /// The indices of `rules`, ascending by the attribute that they are made of.
    private let byOrigin: [Int32]
    /// The sources that rules name, in their order.
    private let sources: [ByteSlice]
    /// What the slices lie in.
    private let text: [UInt8]

    /// One rule.
    struct Rule {
        /// The value's name, in the plan's text.
        let name: ByteSlice
        /// The attribute that it is made of, in the plan's text.
        let origin: ByteSlice
        /// Where its entries are.
        let tag: EntryTag
        /// Tells them from entries that were made of another attribute.
        let originHash: UInt64
        /// What values are brought to.
        let type: AttributeType?
        /// Of `last` with sources that set once: where their words are.
        let onceTag: EntryTag?
        /// The most elements of a set.
        let cap: Int
        /// How long events are remembered.
        let windowMilliseconds: Int64
        /// The sources that it names.
        fileprivate let sources: ByteSlice

        /// An entry's slot.
        var slot: EntrySlot { tag.slot }

        /// The rule of attributes that no rule is made of.
        static let unruled = Rule(
            name: ByteSlice(0..<0), origin: ByteSlice(0..<0),
            tag: EntryTag(.last, nil, hasOrigin: false), originHash: 0, type: nil, onceTag: nil,
            cap: 0, windowMilliseconds: 0, sources: ByteSlice(0..<0))
    }

    init(_ rules: SurvivorshipRules) {
        version = rules.version
        isStrict = rules.isStrict
        unruledLimit = ProfileLimits.units - rules.units
        hasRenames = rules.attributes.contains { $0.name != $0.from }
        var text: [UInt8] = []
        var sources: [ByteSlice] = []
        self.rules = rules.attributes.map { RulePlan.rule($0, &text, &sources) }
        byOrigin = rules.attributes.indices.sorted { left, right in
            let (one, other) = (rules.attributes[left].from, rules.attributes[right].from)
            return one == other ? left < right : one.lexicographicallyPrecedes(other)
        }.map { Int32($0) }
        self.sources = sources
        self.text = text
    }

    private static func rule(
        _ rule: AttributeRule, _ text: inout [UInt8], _ sources: inout [ByteSlice]
    ) -> Rule {
        func keep(_ bytes: [UInt8]) -> ByteSlice {
            text += bytes
            return ByteSlice(text.count - bytes.count..<text.count)
        }
        let isRenamed = rule.name != rule.from
        var onceTag: EntryTag?
        var cap = 0
        switch rule.rule {
        case .last(let setOnce) where !setOnce.isEmpty:
            onceTag = EntryTag(.once, rule.type, hasOrigin: isRenamed)
        case .set(let elements): cap = elements
        default: break
        }
        let first = sources.count
        for source in rule.rule.sources { sources.append(keep(source)) }
        return Rule(
            name: keep(rule.name), origin: keep(rule.from),
            tag: EntryTag(EntrySlot(rule.rule), rule.type, hasOrigin: isRenamed),
            originHash: isRenamed ? ByteHash.word(rule.from.span, seed: 0) : 0, type: rule.type,
            onceTag: onceTag, cap: cap,
            windowMilliseconds: Int64(rule.rule.windowSeconds ?? 0) * 1_000,
            sources: ByteSlice(first..<sources.count))
    }

    /// Appends the name of a rule with its length.
    @inline(__always)
    func appendName(of rule: Rule, to bytes: inout [UInt8]) {
        bytes.appendVarint(UInt64(rule.name.range.count))
        bytes.append(text.span, rule.name.range)
    }

    // MARK: Looking up

    /// The rule of that name.
    func rule(named bytes: Span<UInt8>, _ name: Range<Int>) -> Rule? {
        var (low, high) = (0, rules.count)
        while low < high {
            let middle = (low + high) / 2
            let order = AttributeOrder.compareBytes(
                text.span, rules[middle].name.range, bytes, name)
            if order == 0 { return rules[middle] }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Where in the order of attributes the rules begin that are made of `name` or a later one;
    /// `low` is known to be at or before it.
    func firstOrigin(
        notBefore bytes: Span<UInt8>, _ name: Range<Int>, from low: Int
    ) -> Int {
        var (low, high) = (low, byOrigin.count)
        while low < high {
            let middle = (low + high) / 2
            let rule = rules[Int(byOrigin[middle])]
            let order = AttributeOrder.compareBytes(text.span, rule.origin.range, bytes, name)
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The rule at a place in the order of attributes, if it is made of `name`.
    func rule(atOrigin place: Int, madeOf bytes: Span<UInt8>, _ name: Range<Int>) -> Rule? {
        guard place < byOrigin.count else { return nil }
        let rule = rules[Int(byOrigin[place])]
        let order = AttributeOrder.compareBytes(text.span, rule.origin.range, bytes, name)
        return order == 0 ? rule : nil
    }

    /// Whether `name` is an attribute that is kept without a rule.
    func isUnruled(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        guard !isStrict else { return false }
        let place = firstOrigin(notBefore: bytes, name, from: 0)
        return rule(atOrigin: place, madeOf: bytes, name) == nil
            && rule(named: bytes, name) == nil
    }

    /// The rule that makes entries of that name, tag and origin; nil where none does now.
    func rule(of entry: Entry, _ bytes: Span<UInt8>) -> Rule? {
        if let rule = rule(named: bytes, entry.name) {
            let isOurs = rule.tag == entry.tag || rule.onceTag == entry.tag
            return isOurs && rule.originHash == entry.originHash ? rule : nil
        }
        guard entry.tag == Rule.unruled.tag, isUnruled(bytes, entry.name) else { return nil }
        return .unruled
    }

    // MARK: Sources

    /// The place of a source among those that a rule names; behind the last where it is not there.
    func rank(of bytes: Span<UInt8>, _ source: Range<Int>, in rule: Rule) -> Int {
        let named = rule.sources.range
        for index in named
        where AttributeOrder.compareBytes(text.span, sources[index].range, bytes, source) == 0 {
            return index - named.lowerBound
        }
        return named.count
    }

    /// Whether a rule names a source.
    func names(_ bytes: Span<UInt8>, _ source: Range<Int>, in rule: Rule) -> Bool {
        rank(of: bytes, source, in: rule) < rule.sources.range.count
    }
}
