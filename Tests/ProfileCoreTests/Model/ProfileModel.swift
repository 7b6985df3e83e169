import IdentityModel
import ProfileCore

/// The rules as they are told, worked out over all events at once: no bytes, no joins, no order in
/// which anything comes. What the arithmetic is compared with.
struct ProfileModel {
    let rules: SurvivorshipRules
    let events: [ModelEvent]

    /// A value as one event said it.
    struct Word {
        let time: Int64
        let source: [UInt8]
        let member: NodeKey
        let value: ModelValue
        let id: [UInt8]

        /// Time, source and member, as one that sorts.
        var said: Said { Said(time: time, source: source, member: member) }
    }

    struct Said: Comparable {
        let time: Int64
        let source: [UInt8]
        let member: NodeKey

        static func < (left: Said, right: Said) -> Bool {
            if left.time != right.time { return left.time < right.time }
            if left.source != right.source {
                return left.source.lexicographicallyPrecedes(right.source)
            }
            return left.member < right.member
        }
    }

    /// What a profile says of one name.
    struct Answer: Equatable {
        let value: ModelValue
        let origin: ProfileEntry.Origin
    }

    /// The profile.
    func answers() -> [[UInt8]: Answer] {
        var answers: [[UInt8]: Answer] = [:]
        for rule in rules.attributes {
            answers[rule.name] = answer(rule, words(of: rule.from, type: rule.type))
        }
        for name in unruled() {
            let rule = AttributeRule(name: name, rule: .last())
            answers[name] = answer(rule, words(of: name, type: nil))
        }
        return answers
    }

    /// The attributes that are kept without a rule.
    private func unruled() -> [[UInt8]] {
        guard !rules.isStrict else { return [] }
        var names = Set(events.flatMap(\.attributes.keys))
        for rule in rules.attributes {
            names.remove(rule.name)
            names.remove(rule.from)
        }
        let room = ProfileLimits.units - rules.units
        return Array(names.sorted { $0.lexicographicallyPrecedes($1) }.prefix(room))
    }

    private func words(of name: [UInt8], type: AttributeType?) -> [Word] {
        events.compactMap { event in
            guard let value = event.attributes[name],
                let typed = ModelTypes.bring(value, to: type)
            else { return nil }
            return Word(
                time: event.time, source: event.source, member: event.member, value: typed,
                id: event.id)
        }
    }

    private func answer(_ rule: AttributeRule, _ words: [Word]) -> Answer? {
        switch rule.rule {
        case .last(let setOnce):
            let others = words.filter { !setOnce.contains($0.source) }
            return word(latest(others) ?? earliest(words))
        case .first: return word(earliest(words))
        case .max: return extreme(words) { $0 > $1 }
        case .min: return extreme(words) { $0 < $1 }
        case .mostTrusted(let ranking):
            func rank(_ word: Word) -> Int {
                ranking.firstIndex(of: word.source) ?? ranking.count
            }
            guard let best = words.map(rank).min() else { return nil }
            return word(latest(words.filter { rank($0) == best }))
        case .set(let cap): return set(words, cap)
        case .count(let seconds):
            return tile(words, seconds) { .whole(Int128($0.count)) }
        case .sum(let seconds):
            let numbers = words.filter { if case .number = $0.value { true } else { false } }
            return tile(numbers, seconds) { .number($0.map(ProfileModel.units).reduce(0, +)) }
        case .mostFrequent(let seconds):
            let short = words.filter {
                $0.value.byteCount <= ProfileLimits.frequentValueBytes
            }
            return tile(short, seconds, ProfileModel.mostFrequent)
        }
    }

    private func word(_ word: Word?) -> Answer? {
        guard let word else { return nil }
        return Answer(value: word.value, origin: .word(ProfileModel.origin(word)))
    }

    private static func origin(_ word: Word) -> ProfileWord {
        ProfileWord(
            source: word.source, member: word.member,
            time: EventTime(milliseconds: word.time))
    }

    // MARK: Rules

    private func latest(_ words: [Word]) -> Word? {
        words.max { left, right in
            if left.time != right.time { return left.time < right.time }
            return left.value != right.value
                ? left.value < right.value : left.said < right.said
        }
    }

    private func earliest(_ words: [Word]) -> Word? {
        words.min { left, right in
            if left.time != right.time { return left.time < right.time }
            if left.value.isArray != right.value.isArray { return left.value.isArray }
            return left.value != right.value
                ? left.value < right.value : left.said < right.said
        }
    }

    private func extreme(
        _ words: [Word], _ isBetter: (ModelValue, ModelValue) -> Bool
    ) -> Answer? {
        let scalars = split(words)
        guard let first = scalars.first else { return nil }
        let best = scalars.reduce(first.value) { isBetter($1.value, $0) ? $1.value : $0 }
        return word(scalars.filter { $0.value == best }.min { $0.said < $1.said })
    }

    private func split(_ words: [Word]) -> [Word] {
        words.flatMap { word in
            word.value.elements.map {
                Word(
                    time: word.time, source: word.source, member: word.member, value: $0,
                    id: word.id)
            }
        }
    }

    private func set(_ words: [Word], _ cap: Int) -> Answer? {
        var greatest: [ModelValue: Word] = [:]
        for word in split(words) where word.value.byteCount <= ProfileLimits.setElementBytes {
            if let old = greatest[word.value], old.said > word.said { continue }
            greatest[word.value] = word
        }
        let latest = greatest.values.sorted { left, right in
            left.time == right.time ? left.value > right.value : left.time > right.time
        }
        let kept = latest.prefix(cap).sorted { $0.value < $1.value }
        guard !kept.isEmpty else { return nil }
        return Answer(
            value: .array(kept.map(\.value)),
            origin: .words(kept.map(ProfileModel.origin), isFull: kept.count == cap))
    }

    /// Of words of one time over the limit it does not say which stay: there a hash decides.
    private func tile(
        _ words: [Word], _ seconds: Int, _ value: ([Word]) -> ModelValue?
    ) -> Answer? {
        var greatest: [[UInt8]: Word] = [:]
        for word in words where !word.id.isEmpty {
            if let old = greatest[word.id],
                (old.time, old.value) >= (word.time, word.value)
            {
                continue
            }
            greatest[word.id] = word
        }
        guard let latest = greatest.values.map(\.time).max() else { return nil }
        let kept = greatest.values.filter { $0.time > latest - Int64(seconds) * 1_000 }
            .sorted { $0.time > $1.time }.prefix(ProfileLimits.tileEvents)
        guard let first = kept.last, let value = value(Array(kept)) else { return nil }
        return Answer(
            value: value,
            origin: .events(
                count: kept.count, first: EventTime(milliseconds: first.time),
                last: EventTime(milliseconds: latest),
                isFull: kept.count == ProfileLimits.tileEvents))
    }

    private static func units(_ word: Word) -> Int128 {
        guard case .number(let units) = word.value else { preconditionFailure("a number") }
        return units
    }

    private static func mostFrequent(_ words: [Word]) -> ModelValue? {
        var times: [ModelValue: [Int64]] = [:]
        for word in words {
            for value in Set(word.value.elements) { times[value, default: []].append(word.time) }
        }
        return times.max { left, right in
            let (one, other) = (left.value.max() ?? 0, right.value.max() ?? 0)
            return (left.value.count, one, left.key) < (right.value.count, other, right.key)
        }?.key
    }
}

/// Types, for the texts that tests use.
enum ModelTypes {
    /// Strings that are numbers, in units.
    static let numbers: [String: Int128] = [
        "5": 5_000_000_000_000_000, "-1.5": -1_500_000_000_000_000,
        "1e3": 1_000_000_000_000_000_000, "0": 0,
    ]
    /// Strings that are times.
    static let times: [String: Int64] = [
        "2026-01-02T03:04:05Z": 1_767_323_045_000,
        "2026-01-02T04:04:05.5+01:00": 1_767_323_045_500,
    ]
    /// Strings that are neither.
    static let words = ["", "abc", "True", "1e20", "05", "2026-01-02T03:04:05", "Ana"]

    /// Whether all of a value fits a type.
    static func fits(_ value: ModelValue, _ type: AttributeType?) -> Bool {
        value.elements.allSatisfy { bring($0, to: type) != nil }
    }

    /// What a type makes of a value; nil where nothing of it fits.
    static func bring(_ value: ModelValue, to type: AttributeType?) -> ModelValue? {
        guard let type else { return value }
        guard case .array(let elements) = value else { return scalar(value, type) }
        let brought = elements.compactMap { scalar($0, type) }
        return brought.isEmpty && !elements.isEmpty ? nil : .array(brought)
    }

    private static func scalar(_ value: ModelValue, _ type: AttributeType) -> ModelValue? {
        switch (type, value) {
        case (.string, .string), (.number, .number), (.boolean, .boolean): return value
        case (.number, .string(let bytes)):
            return numbers[String(decoding: bytes, as: UTF8.self)].map { .number($0) }
        case (.boolean, .string(let bytes)):
            return ["true": true, "false": false][String(decoding: bytes, as: UTF8.self)]
                .map { .boolean($0) }
        case (.time, .string(let bytes)):
            return times[String(decoding: bytes, as: UTF8.self)].map { .time($0) }
        case (.time, .number(let units)):
            guard units % 1_000_000_000_000_000 == 0 else { return nil }
            let milliseconds = units / 1_000_000_000_000_000
            guard milliseconds >= -62_135_596_800_000, milliseconds <= 253_402_300_799_999 else {
                return nil
            }
            return .time(Int64(milliseconds))
        default: return nil
        }
    }
}
