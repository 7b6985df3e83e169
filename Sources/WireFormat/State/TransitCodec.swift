package import GraphCore
package import IdentityModel

/// Bytes <-> what a partition keeps of components and messages that are under way. Namespaces are
/// the partition's own numbers.
///
/// Each starts with its format (1). A pointer: the component that it leads to (partition and
/// sequence, varints). Messages that wait at a node's home: count, then each: its kind (1) and what
/// it says, as `MessageForm` has it. A page: what `StateForm` has of it. What the key says is not
/// said again.
package enum TransitCodec {
    /// The least that a waiting message takes, in bytes.
    private static let leastMessageBytes = 5

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
