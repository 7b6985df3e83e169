package import IdentityModel

/// What a stored component says of itself as a whole.
package struct ComponentHead: Equatable, Sendable {
    /// The largest size that it ever had.
    package let rank: UInt64
    /// The member that names the customer.
    package let anchor: NodeKey
    /// How many members it has.
    package let memberCount: Int
    /// Whether its members and edges are in rows.
    package let isInRows: Bool
    /// Whether it is in rows and some of its members have profile fragments.
    package let hasFragments: Bool
}

/// What a home's directory entry says of its node.
package struct HomeHead: Equatable, Sendable {
    /// The component that holds the node; `none` where only an unlink or a ban has named it.
    package let component: ComponentID
    /// Rises with each move of the node; 0 with `component` none.
    package let version: UInt32
    /// How many pairs the home has.
    package let pairCount: Int
    /// Whether its pairs are in rows.
    package let isInRows: Bool
}

extension HomeCodec {
    /// Reads the directory entry of a stored home; its evidence is not looked at.
    ///
    /// - Throws: `WireError`.
    package static func decodeHead(_ bytes: Span<UInt8>) throws(WireError) -> HomeHead {
        var cursor = ByteCursor(0..<bytes.count)
        return try decodeHead(bytes, &cursor)
    }

    static func decodeHead(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> HomeHead {
        try StateFormat.check(bytes, &cursor)
        let flags = try cursor.byte(bytes)
        guard flags & ~isInRows == 0 else {
            throw WireError(.newerFormat, "a home has flags that are not known")
        }
        let component = ComponentID(rawValue: try cursor.varint(bytes))
        let version = try cursor.number(bytes)
        guard (component == .none) == (version == 0) else {
            throw WireError(.damaged, "a home has a component without a version")
        }
        return HomeHead(
            component: component, version: version, pairCount: Int(try cursor.number(bytes)),
            isInRows: flags == isInRows)
    }
}
