import IdentityModel

/// Makes entries of words, as a rule takes them in: the words of one event, or those of an entry
/// that was made by other rules.
struct EntryWriter {
    /// The entries, behind the head if there are any.
    private(set) var bytes: [UInt8] = []
    private let head: FragmentHead

    /// Who said a word, and when: where it lies.
    struct Word {
        /// Time, source and in a fold the member.
        let said: Range<Int>
        /// The source's bytes.
        let source: Range<Int>
    }

    init(_ head: FragmentHead) { self.head = head }

    /// Makes room for so many bytes of entries.
    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(FragmentHead.byteCount + count)
    }

    /// Forgets the entries.
    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Makes the entry of `rule`, which remembers no events, of one word. `source` has who said it,
    /// and the name where there is no rule; `value` has what was said, as the rule's type has it.
    mutating func append(
        _ plan: RulePlan, _ rule: RulePlan.Rule, named name: Range<Int>, _ word: Word,
        in source: Span<UInt8>, value: Span<UInt8>, _ range: Range<Int>
    ) throws(WireError) {
        switch rule.slot {
        case .max, .min:
            guard let best = try EntryWriter.extreme(value, range, rule.slot) else { return }
            appendRegister(plan, rule, rule.tag, name, word, source, value, best)
        case .set:
            try appendSet(plan, rule, name, word, source, value, range)
        case .last:
            var tag = rule.tag
            if let onceTag = rule.onceTag, plan.names(source, word.source, in: rule) {
                tag = onceTag
            }
            appendRegister(plan, rule, tag, name, word, source, value, range)
        default:
            appendRegister(plan, rule, rule.tag, name, word, source, value, range)
        }
    }

    /// Makes the entry of a rule that remembers events of one event; none of a value that the rule
    /// does not take.
    mutating func appendEvent(
        _ plan: RulePlan, _ rule: RulePlan.Rule, id: NodeKey, time: EventTime,
        value: Span<UInt8>, _ range: Range<Int>
    ) {
        let kind = value[range.lowerBound]
        switch rule.slot {
        case .sum where kind != AttributeKind.number.rawValue: return
        case .frequent where range.count > ProfileLimits.frequentValueBytes: return
        default: break
        }
        var event: [UInt8] = []
        event.appendKey(id)
        event.appendSignedVarint(time.milliseconds)
        if rule.slot != .count { event.append(value, range) }
        // Such a rule has a name of its own, and asks for none.
        appendKey(plan, rule, rule.tag, range, value)
        bytes.appendCounted(event.span)
    }

    /// Copies an entry as it is.
    mutating func append(_ entry: Entry, _ source: Span<UInt8>) {
        appendHead()
        bytes.append(source, entry.whole)
    }

    /// Makes an entry with the key of another one.
    mutating func append(_ entry: Entry, _ source: Span<UInt8>, payload: [UInt8]) {
        appendHead()
        bytes.append(source, entry.head)
        bytes.appendCounted(payload.span)
    }

    /// Brings the entries into their order, which is that of the observed attributes where each has
    /// the name of its value.
    mutating func sort() throws(WireError) {
        var entries: [Entry] = []
        var cursor = ByteCursor(FragmentHead.content(bytes.count))
        while cursor.remaining > 0 { entries.append(try Entry(bytes.span, &cursor)) }
        var isSorted = true
        for index in entries.indices.dropFirst() {
            var place = index
            while place > 0,
                Entry.compare(bytes.span, entries[place - 1], bytes.span, entries[place]) > 0
            {
                entries.swapAt(place - 1, place)
                place -= 1
                isSorted = false
            }
        }
        guard !isSorted else { return }
        var sorted: [UInt8] = []
        sorted.reserveCapacity(bytes.count)
        head.append(to: &sorted)
        for entry in entries { sorted.append(bytes.span, entry.whole) }
        bytes = sorted
    }

    // MARK: Parts

    private mutating func appendHead() {
        if bytes.isEmpty { head.append(to: &bytes) }
    }

    private mutating func appendKey(
        _ plan: RulePlan, _ rule: RulePlan.Rule, _ tag: EntryTag, _ name: Range<Int>,
        _ source: Span<UInt8>
    ) {
        appendHead()
        if rule.name.range.isEmpty {
            bytes.appendVarint(UInt64(name.count))
            bytes.append(source, name)
        } else {
            plan.appendName(of: rule, to: &bytes)
        }
        bytes.append(tag.rawValue)
        if tag.hasOrigin { bytes.appendWord(rule.originHash) }
    }

    private mutating func appendRegister(
        _ plan: RulePlan, _ rule: RulePlan.Rule, _ tag: EntryTag, _ name: Range<Int>,
        _ word: Word, _ source: Span<UInt8>, _ value: Span<UInt8>, _ range: Range<Int>
    ) {
        appendKey(plan, rule, tag, name, source)
        bytes.appendVarint(UInt64(word.said.count + range.count))
        bytes.append(source, word.said)
        bytes.append(value, range)
    }

    private mutating func appendSet(
        _ plan: RulePlan, _ rule: RulePlan.Rule, _ name: Range<Int>, _ word: Word,
        _ source: Span<UInt8>, _ value: Span<UInt8>, _ range: Range<Int>
    ) throws(WireError) {
        var elements = try EntryWriter.distinct(value, range)
        elements.removeAll { $0.count > ProfileLimits.setElementBytes }
        // All are of one time: then the greatest stay.
        elements.removeFirst(max(0, elements.count - rule.cap))
        guard !elements.isEmpty else { return }
        var payload: [UInt8] = []
        for element in elements {
            payload.append(source, word.said)
            payload.append(value, element)
        }
        appendKey(plan, rule, rule.tag, name, source)
        bytes.appendCounted(payload.span)
    }

    /// The greatest or the least scalar of a value; nil of an array without any.
    private static func extreme(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ slot: EntrySlot
    ) throws(WireError) -> Range<Int>? {
        guard bytes[range.lowerBound] == AttributeKind.array.rawValue else { return range }
        let elements = try distinct(bytes, range)
        return slot == .max ? elements.last : elements.first
    }

    /// The distinct scalars of a value, ascending.
    static func distinct(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(WireError) -> [Range<Int>] {
        var cursor = ByteCursor(range)
        guard case .array(let count, let all) = try AttributeValue(bytes, &cursor) else {
            return [range]
        }
        cursor = ByteCursor(all.range)
        var elements: [Range<Int>] = []
        for _ in 0..<count {
            let element = try AttributeValue.skip(bytes, &cursor)
            var place = elements.count
            var order = -1
            while place > 0 {
                order = try AttributeOrder.compare(
                    bytes, elements[place - 1], bytes, element)
                if order <= 0 { break }
                place -= 1
            }
            if place == 0 || order < 0 { elements.insert(element, at: place) }
        }
        return elements
    }
}
