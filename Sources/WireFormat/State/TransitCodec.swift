package import GraphCore
package import IdentityModel

/// Bytes <-> what a partition keeps of components and messages that are under way. Namespaces are
/// the partition's own numbers.
///
/// Each starts with its format (1). A pointer: the component that it leads to (partition and
/// sequence, varints). Messages that wait at a node's home: count, then each: its kind (1) and what
/// it says, as `MessageForm` has it. A page: what `StateForm` has of it. A component that was
/// touched since the last tick: whether it was told (1), the member that it was told of (16),
/// members that departed (count, then each: key, namespace (varint), value (counted)), what they
/// became (count, then each: component). What the key says is not said again.
package enum TransitCodec {
    /// The least that a waiting message takes, in bytes.
    private static let leastMessageBytes = 5
    /// The least that a member which departed takes, in bytes.
    private static let leastDepartedBytes = 18

    // MARK: Pointers

    /// Appends the stored form of a pointer.
    package static func encode(_ pointer: ForwardingPointer, into bytes: inout [UInt8]) {
        bytes.append(StateFormat.current)
        bytes.appendComponent(pointer.to)
    }

    /// Reads the pointer of the component that departed.
    ///
    /// - Throws: `WireError`.
    package static func decodePointer(
        _ bytes: Span<UInt8>, from id: ComponentID
    ) throws(WireError) -> ForwardingPointer {
        var cursor = ByteCursor(0..<bytes.count)
        try StateFormat.check(bytes, &cursor)
        let pointer = ForwardingPointer(from: id, to: try cursor.component(bytes))
        try cursor.finish()
        return pointer
    }

    // MARK: Waiting messages

    /// Appends the stored form of the messages that wait at a node's home: at least one, each for
    /// the node and with `component` none.
    package static func encode(_ parked: ParkedMessages, into bytes: inout [UInt8]) {
        precondition(!parked.messages.isEmpty, "where nothing waits nothing is stored")
        bytes.append(StateFormat.current)
        bytes.appendVarint(UInt64(parked.messages.count))
        for message in parked.messages {
            precondition(
                message.node == parked.node && message.component == .none,
                "what waits at a node's home is for the node, wherever it is")
            bytes.append(ContentForm.kind(of: message.content).rawValue)
            ContentForm.encode(message.content, of: parked.node, into: &bytes) { $0 }
        }
    }

    /// Reads the messages that wait at the home of `node`.
    ///
    /// - Throws: `WireError`.
    package static func decodeParked(
        _ bytes: Span<UInt8>, node: NodeKey
    ) throws(WireError) -> ParkedMessages {
        var cursor = ByteCursor(0..<bytes.count)
        try StateFormat.check(bytes, &cursor)
        let count = try cursor.count(bytes, leastBytes: leastMessageBytes)
        guard count > 0 else { throw WireError(.damaged, "no message waits where one should") }
        var parked = ParkedMessages(node: node, messages: [])
        for _ in 0..<count {
            let code = try cursor.byte(bytes)
            guard let kind = ContentForm.Kind(rawValue: code) else {
                throw WireError(.newerFormat, "a message is of the unknown kind \(code)")
            }
            let content = try ContentForm.decode(
                kind, of: node, bytes, &cursor
            ) { number throws(WireError) in number }
            parked.messages.append(
                MemberMessage(component: .none, node: node, content: content))
        }
        try cursor.finish()
        return parked
    }

    // MARK: What the next tick tells

    /// Appends the stored form of a component that was touched since the last tick.
    package static func encode(_ component: TouchedComponent, into bytes: inout [UInt8]) {
        bytes.append(StateFormat.current)
        bytes.append(component.told == nil ? 0 : 1)
        if let told = component.told { bytes.appendKey(told) }
        bytes.appendVarint(UInt64(component.departed.count))
        var start = 0
        for member in component.departed {
            bytes.appendKey(member.key)
            bytes.appendVarint(UInt64(member.namespace))
            bytes.appendCounted(
                component.values.span.extracting(start..<start + member.valueCount))
            start += member.valueCount
        }
        bytes.appendVarint(UInt64(component.parts.count))
        for part in component.parts { bytes.appendComponent(part) }
    }

    /// Reads what is known of a component that was touched.
    ///
    /// - Throws: `WireError`.
    package static func decodeTouched(
        _ bytes: Span<UInt8>, id: ComponentID
    ) throws(WireError) -> TouchedComponent {
        var cursor = ByteCursor(0..<bytes.count)
        try StateFormat.check(bytes, &cursor)
        let isTold = try cursor.flag(bytes)
        var component = TouchedComponent(id: id, told: isTold ? try cursor.key(bytes) : nil)
        for _ in 0..<(try cursor.count(bytes, leastBytes: leastDepartedBytes)) {
            let key = try cursor.key(bytes)
            if let last = component.departed.last, last.key >= key {
                throw WireError(.damaged, "members that left are out of order")
            }
            let namespace = try cursor.number(bytes)
            let value = try cursor.counted(bytes)
            guard namespace > 0, value.count <= EventLimits.valueBytes else {
                throw WireError(.damaged, "what left a component is out of bounds")
            }
            component.departed.append(
                ChangedIdentifier(key: key, namespace: namespace, valueCount: value.count))
            component.values.append(bytes, value)
        }
        for _ in 0..<(try cursor.count(bytes, leastBytes: 2)) {
            let part = try cursor.component(bytes)
            if let last = component.parts.last, last >= part {
                throw WireError(.damaged, "the parts of a component are out of order")
            }
            component.parts.append(part)
        }
        guard component.departed.isEmpty || isTold && !component.parts.isEmpty else {
            throw WireError(.damaged, "what was told of a component is at odds")
        }
        try cursor.finish()
        return component
    }

    // MARK: Pages

    /// Appends the stored form of a page that came, or goes out.
    package static func encode(_ page: StatePage, into bytes: inout [UInt8]) {
        precondition(isMessage(page), "a page is cut to its limit where it is made")
        bytes.append(StateFormat.current)
        StateForm.encode(page, into: &bytes) { $0 }
    }

    /// Reads a page of a transfer.
    ///
    /// - Throws: `WireError`.
    package static func decodePage(
        _ bytes: Span<UInt8>, transfer: ComponentID, index: UInt32
    ) throws(WireError) -> StatePage {
        var cursor = ByteCursor(0..<bytes.count)
        try StateFormat.check(bytes, &cursor)
        let page = try StateForm.decodePage(
            index, of: transfer, bytes, &cursor
        ) { number throws(WireError) in number }
        try cursor.finish()
        guard isMessage(page) else { throw WireError(.damaged, "a page is too large") }
        return page
    }

    /// Whether a page is within the limits of the message that it came in, or is to go out in.
    private static func isMessage(_ page: StatePage) -> Bool {
        MessageLimits.mostBytes(of: .page(page)) <= MessageLimits.messageBytes
    }
}
