import IdentityModel

/// What the edge refuses, before an event is in a log.
extension RulePlan {
    /// Why an event is refused: a typed attribute has a value that does not fit, or a rule that
    /// remembers events has no id to remember it by.
    func check(
        eventID: Span<UInt8>, block: Span<UInt8>
    ) throws(WireError) -> Rejected? {
        var attributes = try AttributeReader(block, 0..<block.count)
        var made: [UInt8] = []
        var place = 0
        while let attribute = try attributes.next(block) {
            let name = attribute.name.range
            place = firstOrigin(notBefore: block, name, from: place)
            while let rule = rule(atOrigin: place, madeOf: block, name) {
                place += 1
                if rule.slot.isTile, eventID.isEmpty {
                    return Rejected(
                        .missingID,
                        "an event feeds a count, sum or most-frequent rule and has no id: give it "
                            + "one")
                }
                guard let type = rule.type else { continue }
                made.removeAll(keepingCapacity: true)
                if try type.append(block, attribute.value.range, to: &made) != .whole {
                    let title = String(decoding: [UInt8](block, name), as: UTF8.self)
                    return Rejected(.badType, "attribute \(title) must be \(type.title)")
                }
            }
        }
        return nil
    }
}
