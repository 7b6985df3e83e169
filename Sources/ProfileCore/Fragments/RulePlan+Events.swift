import IdentityModel

/// The fragment of one event.
extension RulePlan {
    /// What the rules take in of `event`; no bytes where that is nothing.
    func fragment(
        of event: ObservedEvent, _ bytes: Span<UInt8>
    ) throws(WireError) -> [UInt8] {
        var attributes = try AttributeReader(bytes, event.block.range)
        guard attributes.remaining <= AttributeLimits.perEvent else { throw RulePlan.beyond }
        var writer = EntryWriter(FragmentHead(version: version, isFold: false))
        let roomForOrigin = event.said.range.count + 4
        writer.reserve(event.block.range.count + attributes.remaining * roomForOrigin)
        var made: [UInt8] = []
        var place = 0
        while let attribute = try attributes.next(bytes) {
            let name = attribute.name.range
            guard name.count <= AttributeLimits.nameBytes,
                attribute.value.range.count <= AttributeLimits.valueBytes
            else { throw RulePlan.beyond }
            place = firstOrigin(notBefore: bytes, name, from: place)
            var isRuled = false
            while let rule = rule(atOrigin: place, madeOf: bytes, name) {
                isRuled = true
                place += 1
                try append(attribute, of: event, by: rule, bytes, &made, &writer)
            }
            if !isRuled, !isStrict, rule(named: bytes, name) == nil {
                try append(attribute, of: event, by: .unruled, bytes, &made, &writer)
            }
        }
        if hasRenames { try writer.sort() }
        return writer.bytes
    }

    private static let beyond = WireError(.damaged, "an observed attribute is beyond its limits")

    /// Adds what one rule takes in of one attribute; `made` is room for what its type makes of it.
    private func append(
        _ attribute: Attribute, of event: ObservedEvent, by rule: Rule, _ bytes: Span<UInt8>,
        _ made: inout [UInt8], _ writer: inout EntryWriter
    ) throws(WireError) {
        guard let type = rule.type else {
            return try append(
                attribute, of: event, by: rule, bytes, value: bytes, attribute.value.range,
                &writer)
        }
        made.removeAll(keepingCapacity: true)
        if try type.append(bytes, attribute.value.range, to: &made) == .nothing { return }
        try append(
            attribute, of: event, by: rule, bytes, value: made.span, 0..<made.count, &writer)
    }

    private func append(
        _ attribute: Attribute, of event: ObservedEvent, by rule: Rule, _ bytes: Span<UInt8>,
        value: Span<UInt8>, _ range: Range<Int>, _ writer: inout EntryWriter
    ) throws(WireError) {
        guard rule.slot.isTile else {
            let word = EntryWriter.Word(said: event.said.range, source: event.source.range)
            return try writer.append(
                self, rule, named: attribute.name.range, word, in: bytes, value: value, range)
        }
        // The edge refuses an event without an id; one that came in under other rules may lack it.
        guard !event.eventID.range.isEmpty else { return }
        let id = ByteHash.key(bytes.extracting(event.eventID.range))
        writer.appendEvent(self, rule, id: id, time: event.time, value: value, range)
    }
}
