package import GraphCore
package import IdentityModel
package import ProfileCore

// Changes as the JSON that consumers read (INTERFACES.md, "Changes out").
extension [UInt8] {
    /// Appends a change as one JSON object, without a line's end. `bytes` is what it was read from;
    /// `partition` and `offset` are its place in the feed. Values of attributes that `rules` call
    /// sensitive are masked; nil shows them.
    ///
    /// - Throws: `WireError`: the profile is damaged.
    package mutating func appendChange(
        _ change: StoredChange, in bytes: Span<UInt8>, partition: PartitionID, offset: UInt64,
        masking rules: SurvivorshipRules?
    ) throws(WireError) {
        append(#"{"type":"customer."#)
        append(contentsOf: change.kind.word.utf8)
        append(#"","customer_id":""#)
        appendHexadecimal(change.customer)
        append(#"","version":"#)
        appendDecimal(change.version)
        appendOthers(of: change)
        if change.isWhole {
            appendIdentifiers(change.added, "identifiers", in: bytes)
        } else if !change.added.isEmpty {
            appendIdentifiers(change.added, "added", in: bytes)
        }
        if !change.removed.isEmpty { appendIdentifiers(change.removed, "removed", in: bytes) }
        if change.kind != .retired {
            append(#","profile":"#)
            try appendProfile(bytes, change.profile, masking: rules)
        }
        append(#","position":{"partition":"#)
        appendDecimal(UInt64(partition.rawValue))
        append(#","offset":"#)
        appendDecimal(offset)
        append("}}")
    }

    private mutating func appendOthers(of change: StoredChange) {
        switch change.kind {
        case .created, .updated: return
        case .merged: append(#","merged":["#)
        case .split: append(#","into":["#)
        case .renamed: append(#","was":"#)
        case .retired: append(#","now":"#)
        }
        for (place, other) in change.others.enumerated() {
            if place > 0 { append(UInt8(ascii: ",")) }
            append(UInt8(ascii: "\""))
            appendHexadecimal(other)
            append(UInt8(ascii: "\""))
        }
        if change.kind == .merged || change.kind == .split { append(UInt8(ascii: "]")) }
    }

    private mutating func appendIdentifiers(
        _ identifiers: [StoredChange.Identifier], _ key: StaticString, in bytes: Span<UInt8>
    ) {
        append(#",""#)
        append(key)
        append(#"":["#)
        for (place, identifier) in identifiers.enumerated() {
            if place > 0 { append(UInt8(ascii: ",")) }
            append(UInt8(ascii: "\""))
            append(bytes, identifier.namespace.range)
            append(UInt8(ascii: ":"))
            appendJSONText(bytes.extracting(identifier.value.range))
            append(UInt8(ascii: "\""))
        }
        append(UInt8(ascii: "]"))
    }

    /// Appends a profile, the block of attributes at `range` (empty for none), as a JSON object.
    /// Values that `rules` call sensitive are masked; nil shows them.
    ///
    /// - Throws: `WireError`.
    package mutating func appendProfile(
        _ bytes: Span<UInt8>, _ range: Range<Int>, masking rules: SurvivorshipRules?
    ) throws(WireError) {
        append(UInt8(ascii: "{"))
        if !range.isEmpty {
            var reader = try AttributeReader(bytes, range)
            var isFirst = true
            while let attribute = try reader.next(bytes) {
                append(isFirst ? "\"" : ",\"")
                isFirst = false
                appendJSONText(bytes.extracting(attribute.name.range))
                append("\":")
                if rules?.isSensitive(bytes.extracting(attribute.name.range)) == true {
                    append(#""***""#)
                } else {
                    var cursor = ByteCursor(attribute.value.range)
                    try appendValueText(bytes, &cursor)
                }
            }
        }
        append(UInt8(ascii: "}"))
    }

    /// Appends the attribute's value at `cursor` as JSON.
    ///
    /// - Throws: `WireError`.
    package mutating func appendValueText(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) {
        switch try AttributeValue(bytes, &cursor) {
        case .boolean(let flag): append(flag ? "true" : "false")
        case .number(let number): number.appendText(to: &self)
        case .string(let place):
            append(UInt8(ascii: "\""))
            appendJSONText(bytes.extracting(place.range))
            append(UInt8(ascii: "\""))
        case .time(let time):
            append(UInt8(ascii: "\""))
            TimestampText.append(time, to: &self)
            append(UInt8(ascii: "\""))
        case .array(let count, let place):
            append(UInt8(ascii: "["))
            var elements = ByteCursor(place.range)
            for element in 0..<count {
                if element > 0 { append(UInt8(ascii: ",")) }
                try appendValueText(bytes, &elements)
            }
            append(UInt8(ascii: "]"))
        }
    }
}

extension CustomerChange.Kind {
    /// The word behind `customer.` in the feed.
    package var word: String {
        switch self {
        case .created: "created"
        case .updated: "updated"
        case .merged: "merged"
        case .split: "split"
        case .renamed: "renamed"
        case .retired: "retired"
        }
    }
}
