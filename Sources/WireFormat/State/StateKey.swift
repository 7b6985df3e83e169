package import IdentityModel

/// The keys of a partition's state database. They sort as they mean: by family, then by what they
/// name. The family bytes never change; families 0x30 to 0x33 are kept for the partition protocol.
package enum StateKey {
    /// What stands first in a key.
    package enum Family: UInt8, Sendable, CaseIterable {
        /// The one entry that says what the others are a checkpoint of.
        case header = 0x01
        /// A namespace's number -> its name.
        case namespace = 0x02
        /// A source's number -> its name.
        case source = 0x03
        /// A node's home: directory entry and evidence.
        case home = 0x10
        /// One page of a component.
        case component = 0x20
    }

    /// The header's key.
    package static let header: [UInt8] = [Family.header.rawValue]

    /// The key of a namespace's name.
    package static func namespace(_ number: UInt32) -> [UInt8] { name(.namespace, number) }

    /// The key of a source's name.
    package static func source(_ number: UInt32) -> [UInt8] { name(.source, number) }

    /// The key of a node's home.
    package static func home(_ node: NodeKey) -> [UInt8] {
        var key = [Family.home.rawValue]
        key.appendKey(node)
        return key
    }

    /// The key of a component's page, counted from 0.
    package static func component(_ id: ComponentID, page: UInt32) -> [UInt8] {
        var key = [Family.component.rawValue]
        key.appendSortableWord(id.rawValue)
        appendSortable(page, to: &key)
        return key
    }

    /// The least key of a family; the next family's is its end.
    package static func first(of family: Family) -> [UInt8] { [family.rawValue] }

    /// The least key behind a family.
    package static func end(of family: Family) -> [UInt8] { [family.rawValue + 1] }

    /// A key read back.
    package enum Parsed: Equatable, Sendable {
        /// The header.
        case header
        /// A namespace's name.
        case namespace(UInt32)
        /// A source's name.
        case source(UInt32)
        /// A node's home.
        case home(NodeKey)
        /// A component's page.
        case component(ComponentID, page: UInt32)
    }

    /// Reads a key; nil for one that no release writes.
    package static func parse(_ key: Span<UInt8>) -> Parsed? {
        guard key.count > 0, let family = Family(rawValue: key[0]) else { return nil }
        var cursor = ByteCursor(1..<key.count)
        do throws(WireError) {
            let parsed: Parsed
            switch family {
            case .header: parsed = .header
            case .namespace: parsed = .namespace(try sortable(key, &cursor))
            case .source: parsed = .source(try sortable(key, &cursor))
            case .home: parsed = .home(try cursor.key(key))
            case .component:
                let id = ComponentID(rawValue: try cursor.sortableWord(key))
                parsed = .component(id, page: try sortable(key, &cursor))
            }
            try cursor.finish()
            return parsed
        } catch {
            return nil
        }
    }

    private static func name(_ family: Family, _ number: UInt32) -> [UInt8] {
        var key = [family.rawValue]
        appendSortable(number, to: &key)
        return key
    }

    private static func appendSortable(_ number: UInt32, to key: inout [UInt8]) {
        for shift in stride(from: 24, through: 0, by: -8) {
            key.append(UInt8(truncatingIfNeeded: number >> UInt32(shift)))
        }
    }

    private static func sortable(
        _ key: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<4 { number = number << 8 | UInt32(try cursor.byte(key)) }
        return number
    }
}
