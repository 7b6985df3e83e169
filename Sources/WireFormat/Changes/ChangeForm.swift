package import GraphCore
package import IdentityModel

/// Bytes <-> a change of a customer, as the feed keeps it: whole in itself, so that it can be told
/// without the graph that it came from.
///
/// Format (1), kind (1), flags (1: bit 0: told as a whole), customer (16), version (varint), other
/// customers (count, then 16 each), namespaces (count, then each counted), those that left, then
/// those that came (count, then each: namespace (varint, from 0), value (counted)), profile
/// (counted, empty for none).
package enum ChangeForm {
    private static let format: UInt8 = 1
    private static let isWhole: UInt8 = 1

    /// The stored form of a change. `namespace` gives the name behind a graph's number.
    package static func encode(
        _ change: CustomerChange, namespace: (UInt32) -> [UInt8]
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + change.values.count + change.profile.count)
        bytes.append(format)
        bytes.append(change.kind.rawValue)
        bytes.append(change.isWhole ? isWhole : 0)
        bytes.appendKey(change.customer)
        bytes.appendVarint(change.version)
        bytes.appendVarint(UInt64(change.others.count))
        for other in change.others { bytes.appendKey(other) }
        var numbers: [UInt32] = []
        for identifier in change.removed + change.added
        where !numbers.contains(identifier.namespace) {
            numbers.append(identifier.namespace)
        }
        bytes.appendVarint(UInt64(numbers.count))
        for number in numbers { bytes.appendCounted(namespace(number).span) }
        var start = 0
        for identifiers in [change.removed, change.added] {
            bytes.appendVarint(UInt64(identifiers.count))
            for identifier in identifiers {
                let place = numbers.firstIndex(of: identifier.namespace) ?? 0
                bytes.appendVarint(UInt64(place))
                let end = start + identifier.valueCount
                bytes.appendCounted(change.values.span.extracting(start..<end))
                start = end
            }
        }
        bytes.appendCounted(change.profile.span)
        return bytes
    }

    /// Reads the stored form.
    ///
    /// - Throws: `WireError`.
    package static func decode(_ bytes: Span<UInt8>) throws(WireError) -> StoredChange {
        var cursor = ByteCursor(0..<bytes.count)
        let version = try cursor.byte(bytes)
        guard version == format else {
            throw WireError(
                version == 0 ? .damaged : .newerFormat, "a change has format \(version)")
        }
        guard let kind = CustomerChange.Kind(rawValue: try cursor.byte(bytes)) else {
            throw WireError(.newerFormat, "a change is of a kind that is not known")
        }
        let flags = try cursor.byte(bytes)
        guard flags & ~isWhole == 0 else {
            throw WireError(.newerFormat, "a change has flags that are not known")
        }
        let customer = try cursor.key(bytes)
        let customerVersion = try cursor.varint(bytes)
        var others: [NodeKey] = []
        for _ in 0..<(try cursor.count(bytes, leastBytes: NodeKey.byteCount)) {
            others.append(try cursor.key(bytes))
        }
        var namespaces: [Range<Int>] = []
        for _ in 0..<(try cursor.count(bytes, leastBytes: 1)) {
            namespaces.append(try cursor.counted(bytes))
        }
        let removed = try identifiers(bytes, &cursor, namespaces)
        let added = try identifiers(bytes, &cursor, namespaces)
        let profile = try cursor.counted(bytes)
        try cursor.finish()
        return StoredChange(
            kind: kind, customer: customer, version: customerVersion, isWhole: flags == isWhole,
            others: others, removed: removed, added: added, profile: profile)
    }

    private static func identifiers(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, _ namespaces: [Range<Int>]
    ) throws(WireError) -> [StoredChange.Identifier] {
        var found: [StoredChange.Identifier] = []
        let count = try cursor.count(bytes, leastBytes: 2)
        found.reserveCapacity(count)
        for _ in 0..<count {
            let place = try cursor.varint(bytes)
            guard place < UInt64(namespaces.count) else {
                throw WireError(.damaged, "a change names a namespace that it lacks")
            }
            found.append(
                StoredChange.Identifier(
                    namespace: ByteSlice(namespaces[Int(place)]),
                    value: ByteSlice(try cursor.counted(bytes))))
        }
        return found
    }
}

/// A change as the feed keeps it; its texts lie in the bytes that it was read from.
package struct StoredChange: Equatable, Sendable {
    /// What happened.
    package let kind: CustomerChange.Kind
    /// The customer.
    package let customer: NodeKey
    /// Rises with each change of the customer, for ever.
    package let version: UInt64
    /// Whether `added` is the beginning of all that the customer has, whatever was told before.
    package let isWhole: Bool
    /// Other customers; see `CustomerChange.others`.
    package let others: [NodeKey]
    /// The identifiers that left.
    package let removed: [Identifier]
    /// The identifiers that came.
    package let added: [Identifier]
    /// Where the profile lies, a block of attributes; empty for none.
    package let profile: Range<Int>

    /// An identifier of a change.
    package struct Identifier: Equatable, Sendable {
        /// Where the namespace's name lies.
        package let namespace: ByteSlice
        /// Where the value lies.
        package let value: ByteSlice
    }
}
