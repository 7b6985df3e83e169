import IdentityModel

/// Fragments and folds of older rules, brought to the present ones.
///
/// An entry whose key the present rules make stays. The words of another one are taken in by the
/// rule of its name, as if they were said again, if an event could have said them so: made of the
/// same attribute, and of the same type or of none, which leaves values as they came. Then a replay
/// finds nothing in the way: what came of conversion is never more than what the events say.
/// Remembered events stay with their rule or go.
extension RulePlan {
    /// `bytes` as the present rules have them; nil where these, or newer ones, made them already.
    func converted(_ bytes: Span<UInt8>) throws(WireError) -> [UInt8]? {
        guard let head = try FragmentHead(bytes), head.version < version else { return nil }
        let newHead = FragmentHead(version: version, isFold: head.isFold)
        let form = JoinForm(isFold: head.isFold, lifted: nil)
        var result: [UInt8] = []
        newHead.append(to: &result)
        // What has one name comes of what has that name, so it is joined by itself.
        var group: [UInt8] = []
        var name = 0..<0
        var writer = EntryWriter(newHead)
        var reader = EntryReader(bytes)
        while let entry = try reader.nextInOrder(bytes) {
            if AttributeOrder.compareBytes(bytes, name, bytes, entry.name) != 0 {
                result.append(group.span, FragmentHead.content(group.count))
                group = []
                name = entry.name
            }
            if let rule = rule(of: entry, bytes), rule.onceTag == nil {
                writer.removeAll()
                try keep(entry, by: rule, bytes, form, &writer)
                group = try joined(group.span, writer.bytes.span, form) ?? group
            } else {
                try takeIn(entry, bytes, form, &writer, into: &group)
            }
        }
        result.append(group.span, FragmentHead.content(group.count))
        return result.count > FragmentHead.byteCount ? try withoutSurplus(result) : []
    }

    /// Adds an entry that the rule makes, within what it may hold now.
    private func keep(
        _ entry: Entry, by rule: Rule, _ bytes: Span<UInt8>, _ form: JoinForm,
        _ writer: inout EntryWriter
    ) throws(WireError) {
        let nothing: [UInt8] = []
        let payload: [UInt8]?
        switch rule.slot {
        case .set:
            payload = try ElementSet.joined(
                bytes, entry.payload, of: form.ourMember, nothing.span, 0..<0,
                of: form.theirMember, cap: rule.cap, isFold: form.isFold)
        case .count, .sum, .frequent:
            payload = try Tile.joined(
                bytes, entry.payload, nothing.span, 0..<0, in: rule.slot,
                windowMilliseconds: rule.windowMilliseconds)
        default: payload = nil
        }
        if let payload {
            writer.append(entry, bytes, payload: payload)
        } else {
            writer.append(entry, bytes)
        }
    }

    /// Joins what the rule of an entry's name takes in of its words into `group`.
    private func takeIn(
        _ entry: Entry, _ bytes: Span<UInt8>, _ form: JoinForm, _ writer: inout EntryWriter,
        into group: inout [UInt8]
    ) throws(WireError) {
        guard let rule = heir(of: entry, bytes) else { return }
        var made: [UInt8] = []
        for register in try ElementSet.registers(bytes, entry.payload, of: form.ourMember) {
            let word = EntryWriter.Word(
                said: register.start..<register.value.lowerBound, source: register.source)
            writer.removeAll()
            if let type = rule.type {
                made.removeAll(keepingCapacity: true)
                if try type.append(bytes, register.value, to: &made) == .nothing { continue }
                try writer.append(
                    self, rule, named: entry.name, word, in: bytes, value: made.span,
                    0..<made.count)
            } else {
                try writer.append(
                    self, rule, named: entry.name, word, in: bytes, value: bytes,
                    register.value)
            }
            group = try joined(group.span, writer.bytes.span, form) ?? group
        }
    }

    /// The rule that takes in the words of an entry that it may not have made.
    private func heir(of entry: Entry, _ bytes: Span<UInt8>) -> Rule? {
        let name = entry.name
        let named = rule(named: bytes, name) ?? (isUnruled(bytes, name) ? .unruled : nil)
        guard let rule = named, !rule.slot.isTile, !entry.tag.slot.isTile,
            rule.originHash == entry.originHash
        else { return nil }
        return entry.tag.type == nil || entry.tag.type == rule.type ? rule : nil
    }
}
