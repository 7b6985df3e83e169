import IdentityModel

/// What a fold tells.
extension RulePlan {
    /// The profile's block of attributes.
    func profile(of fold: Span<UInt8>) throws(WireError) -> [UInt8] {
        var attributes: [UInt8] = []
        var value: [UInt8] = []
        var count: UInt64 = 0
        for (entry, rule) in try told(by: fold) {
            value.removeAll(keepingCapacity: true)
            guard try appendValue(of: entry, rule, fold, to: &value) else { continue }
            attributes.appendCounted(fold.extracting(entry.name))
            attributes.append(value.span)
            count += 1
        }
        var block: [UInt8] = []
        block.reserveCapacity(attributes.count + 2)
        block.appendVarint(count)
        block.append(attributes.span)
        return block
    }

    /// The profile's values with their origins, ascending by name.
    func entries(of fold: Span<UInt8>) throws(WireError) -> [ProfileEntry] {
        var entries: [ProfileEntry] = []
        for (entry, rule) in try told(by: fold) {
            var value: [UInt8] = []
            guard try appendValue(of: entry, rule, fold, to: &value) else { continue }
            entries.append(
                ProfileEntry(
                    name: [UInt8](fold, entry.name), value: value,
                    origin: try origin(of: entry, rule, fold)))
        }
        return entries
    }

    /// The entries that values are made of, one for each name: those that the present rules make,
    /// and of a name with two the first, since what others said comes before what set once.
    private func told(by fold: Span<UInt8>) throws(WireError) -> [(Entry, Rule)] {
        guard let head = try FragmentHead(fold) else { return [] }
        guard head.isFold else {
            throw WireError(.damaged, "a fragment stands for a fold")
        }
        var told: [(Entry, Rule)] = []
        var reader = EntryReader(fold)
        while let entry = try reader.nextInOrder(fold) {
            guard let rule = rule(of: entry, fold) else { continue }
            if let (last, _) = told.last {
                let order = AttributeOrder.compareBytes(
                    fold, last.name, fold, entry.name)
                if order == 0 { continue }
            }
            told.append((entry, rule))
        }
        return told
    }

    /// Appends the value of an entry; false where it has none, as events of empty arrays have no
    /// value that most of them carried.
    private func appendValue(
        of entry: Entry, _ rule: Rule, _ fold: Span<UInt8>, to value: inout [UInt8]
    ) throws(WireError) -> Bool {
        switch rule.slot {
        case .set:
            let elements = try ElementSet.registers(fold, entry.payload, of: nil)
            value.appendArrayHead(count: elements.count)
            for element in elements {
                guard fold[element.value.lowerBound] != AttributeKind.array.rawValue else {
                    throw WireError(.damaged, "a set's element is no scalar")
                }
                value.append(fold, element.value)
            }
        case .count:
            let events = try Tile.events(fold, entry.payload, in: .count)
            value.appendValue(FixedNumber(Int64(events.count)))
        case .sum:
            value.appendValue(try Tile.sum(fold, entry.payload))
        case .frequent:
            guard let most = try Tile.mostFrequent(fold, entry.payload) else { return false }
            value.append(fold, most)
        default:
            let word = try Register(fold, entry.payload, of: nil)
            var cursor = ByteCursor(word.value)
            value.append(fold, try AttributeValue.skip(fold, &cursor))
            try cursor.finish()
        }
        return true
    }

    private func origin(
        of entry: Entry, _ rule: Rule, _ fold: Span<UInt8>
    ) throws(WireError) -> ProfileEntry.Origin {
        switch rule.slot {
        case .set:
            var words: [ProfileWord] = []
            for element in try ElementSet.registers(fold, entry.payload, of: nil) {
                words.append(try element.word(fold))
            }
            return .words(words, isFull: words.count >= rule.cap)
        case .count, .sum, .frequent:
            let times = try Tile.events(fold, entry.payload, in: rule.slot).map(\.time)
            guard let first = times.min(), let last = times.max() else {
                preconditionFailure("an entry holds something")
            }
            try Tile.checkTimes(first, last)
            return .events(
                count: times.count, first: EventTime(milliseconds: first),
                last: EventTime(milliseconds: last),
                isFull: times.count >= ProfileLimits.tileEvents)
        default:
            return .word(try Register(fold, entry.payload, of: nil).word(fold))
        }
    }
}
