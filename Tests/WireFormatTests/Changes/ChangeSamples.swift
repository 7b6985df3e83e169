import GraphCore
import IdentityModel
import ProfileCore
import TestSupport
import WireFormat

/// Changes that tests write, read and print.
enum ChangeSamples {
    /// The names behind the graph's numbers.
    static let namespaces = ["", "cookie", "email", "loyalty"].map { Array($0.utf8) }
    static let ana = NodeKey(high: 0x0d27_21b8_683f_e853, low: 0xe589_3a3d_7cab_6336)
    static let ben = NodeKey(high: 0xabc9_b0f4_af5a_c60a, low: 0x623d_8de7_32b6_2326)

    static func identifier(_ namespace: UInt32, _ value: String) -> (ChangedIdentifier, [UInt8]) {
        let bytes = Array(value.utf8)
        let key = NodeKey(high: Mixing.hash(bytes.span, seed: 1), low: UInt64(namespace))
        return (
            ChangedIdentifier(key: key, namespace: namespace, valueCount: bytes.count), bytes
        )
    }

    /// A change with its identifiers.
    static func change(
        _ kind: CustomerChange.Kind, _ customer: NodeKey = ana, version: UInt64,
        isWhole: Bool = false, others: [NodeKey] = [], removed: [(UInt32, String)] = [],
        added: [(UInt32, String)] = [], profile: [UInt8] = []
    ) -> CustomerChange {
        var change = CustomerChange(
            kind, customer, version: version, isWhole: isWhole, others: others)
        for (namespace, value) in removed {
            let (identifier, bytes) = identifier(namespace, value)
            change.removed.append(identifier)
            change.values += bytes
        }
        for (namespace, value) in added {
            let (identifier, bytes) = identifier(namespace, value)
            change.added.append(identifier)
            change.values += bytes
        }
        change.profile = profile
        return change
    }

    /// One of each kind, as INTERFACES' "Changes out" shows them.
    static let ofEachKind = [
        change(.created, version: 1, isWhole: true, added: [(1, "c-123")]),
        change(
            .updated, version: 5, added: [(2, "ana@example.com")],
            profile: profile([("first_name", "Ana")])),
        change(
            .merged, version: 6, others: [ben], added: [(1, "c-9"), (3, "L-1")],
            profile: profile([("country", "ES"), ("first_name", "Ana")])),
        change(.split, version: 7, others: [ana, ben], removed: [(1, "c-9")]),
        change(.renamed, ben, version: 8, isWhole: true, others: [ana], added: [(3, "L-1")]),
        change(.retired, version: 9, others: [ben]),
    ]

    /// A block of attributes that are strings, in order.
    static func profile(_ attributes: [(String, String)]) -> [UInt8] {
        var block: [UInt8] = []
        block.appendVarint(UInt64(attributes.count))
        for (name, value) in attributes {
            block.appendCounted(Array(name.utf8).span)
            block.append(4)  // A string.
            block.appendCounted(Array(value.utf8).span)
        }
        return block
    }

    static func stored(_ change: CustomerChange) -> [UInt8] {
        ChangeForm.encode(change) { namespaces[Int($0)] }
    }

    /// A change of chance.
    static func random(_ chance: inout SeededGenerator) -> CustomerChange {
        func key() -> NodeKey { NodeKey(high: chance.next(), low: chance.next()) }
        func identifiers() -> [(UInt32, String)] {
            (0..<chance.below(6)).map { _ in
                let text = String(repeating: "é\n\"x", count: chance.below(5))
                return (UInt32(1 + chance.below(3)), "\(chance.below(100))" + text)
            }
        }
        return change(
            chance.pick(CustomerChange.Kind.allCases), key(),
            version: chance.next() >> UInt64(chance.below(64)), isWhole: chance.chance(50),
            others: (0..<chance.below(4)).map { _ in key() }, removed: identifiers(),
            added: identifiers(),
            profile: chance.chance(50)
                ? [] : profile((0..<chance.below(4)).map { ("a\($0)", "v\(chance.below(9))") }))
    }
}
