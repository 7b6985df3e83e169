package import GraphCore
package import IdentityModel

/// The keys of a partition's state database. They sort as they mean: by family, then by what they
/// name. The family bytes never change.
package enum StateKey {
    /// What stands first in a key.
    package enum Family: UInt8, Sendable, CaseIterable {
        /// The one entry that says what the others are a checkpoint of.
        case header = 0x01
        /// A namespace's number -> its name.
        case namespace = 0x02
        /// A source's number -> its name.
        case source = 0x03
        /// A node's home: directory entry and evidence; behind it the rows of its pairs, if it is
        /// in rows.
        case home = 0x10
        /// A component; behind it the rows of its members and edges, if it is in rows.
        case component = 0x20
        /// A component that departed -> where to.
        case pointer = 0x30
        /// A node -> the messages that wait at its home.
        case parked = 0x31
        /// A page that came and waits for the last of its transfer.
        case staged = 0x32
        /// A page of a transfer that goes out.
        case outgoing = 0x33
        /// A component that was touched since the last tick.
        case touched = 0x34
    }

    /// What a row of a component says, the first byte behind the component's key.
    private enum Row: UInt8 {
        /// A member.
        case member = 1
        /// An edge, by its lesser end first.
        case edge = 2
        /// A live edge, by its greater end first.
        case backEdge = 3
        /// A member, by its rank.
        case rank = 4
    }

    /// Bytes behind a component's family: its id, which row, two node keys.
    private static let longestRowBytes = 8 + 1 + 2 * NodeKey.byteCount

    /// A key's first byte, with room for those that follow: a key that grows is allocated twice.
    private static func begin(_ family: Family, room: Int) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(1 + room)
        key.append(family.rawValue)
        return key
    }

    /// The header's key.
    package static let header: [UInt8] = [Family.header.rawValue]

    /// The key of a namespace's name.
    package static func namespace(_ number: UInt32) -> [UInt8] { name(.namespace, number) }

    /// The key of a source's name.
    package static func source(_ number: UInt32) -> [UInt8] { name(.source, number) }

    /// The key of a node's home.
    package static func home(_ node: NodeKey) -> [UInt8] {
        var key = begin(.home, room: NodeKey.byteCount)
        key.appendKey(node)
        return key
    }

    /// The key of a pair's row in the home of its lesser end.
    package static func pair(_ a: NodeKey, _ b: NodeKey) -> [UInt8] {
        var key = home(a)
        key.appendKey(b)
        return key
    }

    /// The key of a component's one value or head.
    package static func component(_ id: ComponentID) -> [UInt8] {
        var key = begin(.component, room: longestRowBytes)
        key.appendSortableWord(id.rawValue)
        return key
    }

    /// The key of a member's row in a component.
    package static func member(_ member: NodeKey, of id: ComponentID) -> [UInt8] {
        row(.member, of: id, member)
    }

    /// The key of an edge's row in a component, by its lesser end.
    package static func edge(_ a: NodeKey, _ b: NodeKey, of id: ComponentID) -> [UInt8] {
        row(.edge, of: id, a, b)
    }

    /// The key of a live edge's second row in a component, by its greater end.
    package static func backEdge(_ a: NodeKey, _ b: NodeKey, of id: ComponentID) -> [UInt8] {
        row(.backEdge, of: id, b, a)
    }

    /// The key of a member's row in the order of a component's ranks.
    package static func rank(_ rank: AnchorRank, of id: ComponentID) -> [UInt8] {
        var key = component(id)
        key.append(Row.rank.rawValue)
        appendSortable(rank.priority, to: &key)
        key.appendSortableWord(sortable(rank.firstSeen))
        key.appendKey(rank.key)
        return key
    }

    // MARK: Under way

    /// The key of the forwarding pointer of a component that departed. Pointers sort as their ids
    /// do: by sequence, then by partition.
    package static func pointer(_ id: ComponentID) -> [UInt8] { ordered(.pointer, id) }

    /// The key of the messages that wait at a node's home.
    package static func parked(_ node: NodeKey) -> [UInt8] {
        var key = begin(.parked, room: NodeKey.byteCount)
        key.appendKey(node)
        return key
    }

    /// The key of a page that came. Pages sort by transfer, as its id does, then by index.
    package static func staged(_ transfer: ComponentID, index: UInt32) -> [UInt8] {
        page(.staged, transfer, index)
    }

    /// The key of a page that goes out. Pages sort by transfer, as its id does, then by index.
    package static func outgoing(_ transfer: ComponentID, index: UInt32) -> [UInt8] {
        page(.outgoing, transfer, index)
    }

    /// The key of a component that was touched since the last tick. They sort as their ids do.
    package static func touched(_ id: ComponentID) -> [UInt8] { ordered(.touched, id) }

    private static func page(
        _ family: Family, _ transfer: ComponentID, _ index: UInt32
    ) -> [UInt8] {
        var key = ordered(family, transfer)
        appendSortable(index, to: &key)
        return key
    }

    /// The family, then the id as a word that sorts as it does: the sequence above the partition.
    private static func ordered(_ family: Family, _ id: ComponentID) -> [UInt8] {
        var key = [family.rawValue]
        key.appendSortableWord(id.rawValue << 16 | id.rawValue >> 48)
        return key
    }

    private static func ordered(
        _ key: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> ComponentID {
        let word = try cursor.sortableWord(key)
        return ComponentID(rawValue: word >> 16 | word << 48)
    }

    // MARK: Ranges

    /// The keys of a home's pairs behind the one with that greater end; nil: of all.
    package static func pairs(of a: NodeKey, after b: NodeKey?) -> KeyRange {
        let prefix = home(a)
        return range(after: b.map { pair(a, $0) } ?? prefix, within: prefix)
    }

    /// The keys of a component's members behind one; nil: of all.
    package static func members(of id: ComponentID, after last: NodeKey?) -> KeyRange {
        let prefix = row(.member, of: id)
        return range(after: last.map { member($0, of: id) } ?? prefix, within: prefix)
    }

    /// The keys of a component's edges behind one; of those of one lesser end only, if it is given.
    package static func edges(
        of id: ComponentID, from end: NodeKey?, after last: LinkPosition?
    ) -> KeyRange {
        let prefix = end.map { row(.edge, of: id, $0) } ?? row(.edge, of: id)
        return range(after: last.map { edge($0.a, $0.b, of: id) } ?? prefix, within: prefix)
    }

    /// The keys of the live edges that have one greater end, behind the one with that lesser end.
    package static func backEdges(
        of id: ComponentID, to end: NodeKey, after last: NodeKey?
    ) -> KeyRange {
        let prefix = row(.backEdge, of: id, end)
        return range(after: last.map { backEdge($0, end, of: id) } ?? prefix, within: prefix)
    }

    /// The keys of a component's members in the order of their ranks, behind one; nil: of all.
    package static func ranks(of id: ComponentID, after last: AnchorRank?) -> KeyRange {
        let prefix = row(.rank, of: id)
        return range(after: last.map { rank($0, of: id) } ?? prefix, within: prefix)
    }

    /// The least key behind a component and all of its rows.
    package static func end(of id: ComponentID) -> [UInt8] { successor(of: component(id)) }

    /// A range of keys.
    package struct KeyRange: Equatable, Sendable {
        /// The least key of the range.
        package let lower: [UInt8]
        /// The least key behind the range.
        package let upper: [UInt8]
    }

    /// The keys that are longer than `last`, or greater, and start with `prefix`.
    private static func range(after last: [UInt8], within prefix: [UInt8]) -> KeyRange {
        KeyRange(lower: last + [0], upper: successor(of: prefix))
    }

    /// The least key behind all that start with `prefix`. A family's byte is never the greatest.
    private static func successor(of prefix: [UInt8]) -> [UInt8] {
        var key = prefix
        while key.last == .max { key.removeLast() }
        key[key.count - 1] += 1
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
        /// The row of a pair, at its lesser end's home.
        case pair(NodeKey, NodeKey)
        /// A component.
        case component(ComponentID)
        /// A member's row.
        case member(NodeKey, of: ComponentID)
        /// An edge's row, by its ends, the lesser first.
        case edge(NodeKey, NodeKey, of: ComponentID)
        /// A live edge's second row, by its ends, the lesser first.
        case backEdge(NodeKey, NodeKey, of: ComponentID)
        /// A member's row in the order of ranks.
        case rank(AnchorRank, of: ComponentID)
        /// A forwarding pointer, by the component that departed.
        case pointer(ComponentID)
        /// The messages that wait at the node's home.
        case parked(NodeKey)
        /// A page that came.
        case staged(ComponentID, index: UInt32)
        /// A page that goes out.
        case outgoing(ComponentID, index: UInt32)
        /// A component that was touched since the last tick.
        case touched(ComponentID)
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
            case .home:
                let node = try cursor.key(key)
                let isRow = cursor.remaining > 0
                parsed = isRow ? .pair(node, try cursor.key(key)) : .home(node)
            case .component:
                let id = ComponentID(rawValue: try cursor.sortableWord(key))
                guard cursor.remaining > 0 else {
                    parsed = .component(id)
                    break
                }
                parsed = try row(key, &cursor, of: id)
            case .pointer: parsed = .pointer(try ordered(key, &cursor))
            case .parked: parsed = .parked(try cursor.key(key))
            case .staged:
                let transfer = try ordered(key, &cursor)
                parsed = .staged(transfer, index: try sortable(key, &cursor))
            case .outgoing:
                let transfer = try ordered(key, &cursor)
                parsed = .outgoing(transfer, index: try sortable(key, &cursor))
            case .touched: parsed = .touched(try ordered(key, &cursor))
            }
            try cursor.finish()
            return parsed
        } catch {
            return nil
        }
    }

    private static func row(
        _ key: Span<UInt8>, _ cursor: inout ByteCursor, of id: ComponentID
    ) throws(WireError) -> Parsed {
        switch Row(rawValue: try cursor.byte(key)) {
        case .member: return .member(try cursor.key(key), of: id)
        case .edge:
            let a = try cursor.key(key)
            return .edge(a, try cursor.key(key), of: id)
        case .backEdge:
            let b = try cursor.key(key)
            return .backEdge(try cursor.key(key), b, of: id)
        case .rank:
            let priority: UInt32 = try sortable(key, &cursor)
            let time = try cursor.sortableWord(key)
            return .rank(
                AnchorRank(
                    priority: priority, firstSeen: Self.time(time), key: try cursor.key(key)),
                of: id)
        case nil: throw WireError(.damaged, "a component has no such rows")
        }
    }

    private static func row(_ row: Row, of id: ComponentID, _ keys: NodeKey...) -> [UInt8] {
        var key = component(id)
        key.append(row.rawValue)
        for part in keys { key.appendKey(part) }
        return key
    }

    /// A time as a word that sorts as it does.
    private static func sortable(_ time: EventTime) -> UInt64 {
        UInt64(bitPattern: time.milliseconds) ^ (1 << 63)
    }

    private static func time(_ word: UInt64) -> EventTime {
        EventTime(milliseconds: Int64(bitPattern: word ^ (1 << 63)))
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
