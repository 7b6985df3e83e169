package import IdentityModel

/// What a component's first page says of the component as a whole.
package struct ComponentHead: Equatable, Sendable {
    /// The largest size that it ever had.
    package let rank: UInt64
    /// The member that names the customer.
    package let anchor: NodeKey
    /// How many members it has, on all pages together.
    package let memberCount: Int
}

/// What a home's directory entry says of its node.
package struct HomeHead: Equatable, Sendable {
    /// The component that holds the node; `none` where only an unlink or a ban has named it.
    package let component: ComponentID
    /// Rises with each move of the node; 0 with `component` none.
    package let version: UInt32
}

extension ComponentCodec {
    /// Reads the head of a stored page 0; its members are not looked at.
    ///
    /// - Throws: `WireError`.
    package static func decodeHead(_ bytes: Span<UInt8>) throws(WireError) -> ComponentHead {
        var cursor = ByteCursor(0..<bytes.count)
        return try decodeHead(bytes, &cursor)
    }

    static func decodeHead(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> ComponentHead {
        try StateFormat.check(bytes, &cursor)
        let rank = try cursor.varint(bytes)
        let anchor = try cursor.key(bytes)
        return ComponentHead(
            rank: rank, anchor: anchor, memberCount: Int(try cursor.number(bytes)))
    }
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
        guard try cursor.byte(bytes) == 0 else {
            throw WireError(.newerFormat, "a home keeps its evidence in rows of its own")
        }
        let component = ComponentID(rawValue: try cursor.varint(bytes))
        let version = try cursor.number(bytes)
        guard (component == .none) == (version == 0) else {
            throw WireError(.damaged, "a home has a component without a version")
        }
        return HomeHead(component: component, version: version)
    }
}
