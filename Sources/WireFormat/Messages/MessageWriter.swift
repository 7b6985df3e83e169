package import GraphCore
internal import IdentityModel

/// Collects messages to one partition into one delivery, which `RecordCodec.encode` puts into a
/// record, alone or with others.
///
/// Body: namespaces (count, then counted names), the number of messages, then each as `MessageForm`
/// says. Namespaces are numbered from 1 in order of their first use in the messages; 0 is none.
package struct MessageWriter {
    private var body: [UInt8] = []
    private var names = FrameNames()
    /// The graph's numbers of the namespaces that came first, each with the record's. Nearly always
    /// all of them: a few numbers are found faster one after the other.
    private var scanned: [(graph: UInt32, record: UInt32)] = []
    /// The graph's number -> the record's, of all others.
    private var numbers: [UInt32: UInt32] = [:]  // lookup only
    /// How many messages it holds.
    package private(set) var count = 0

    /// The most that two counts take beside names and messages, in bytes.
    private static let countBytes = 8
    /// Up to this many numbers are looked for one after the other.
    private static let scannedNumbers = 16

    /// A writer of nothing yet.
    package init() {}

    /// The most that the body takes, in bytes.
    package var byteCount: Int { Self.countBytes + names.byteCount + body.count }

    /// Whether a message must wait for the next record. One message always fits.
    ///
    /// - Parameters:
    ///   - messages: Messages in a record at most, up to `MessageLimits.messages`.
    ///   - bytes: Bytes of a body at most, up to `MessageLimits.bytes`. One message alone may have
    ///     more.
    package func isFull(
        before message: GraphMessage, messages: Int = MessageLimits.messages,
        bytes: Int = MessageLimits.bytes
    ) -> Bool {
        precondition(
            messages <= MessageLimits.messages && bytes <= MessageLimits.bytes,
            "a record's limits only go down")
        guard count > 0 else { return false }
        return count >= messages || byteCount + MessageLimits.mostBytes(of: message) > bytes
    }

    /// Adds a message, within its limits: see `parts(of:)` and `MessageLimits`.
    ///
    /// - Parameter namespaceName: The name behind a number of the graph's.
    package mutating func append(
        _ message: GraphMessage, namespaceName: (UInt32) -> [UInt8]
    ) {
        precondition(count < MessageLimits.messages, "a record is finished when it is full")
        var bytes: [UInt8] = []
        swap(&bytes, &body)
        MessageForm.encode(message, into: &bytes) { number in
            if let known = recordNumber(of: number) { return known }
            let name = namespaceName(number)
            precondition(
                !name.isEmpty && name.count <= EventLimits.namespaceBytes,
                "namespaces are checked where events are decoded")
            let own = UInt32(names.number(name.span, 0..<name.count)) + 1
            if scanned.count < Self.scannedNumbers {
                scanned.append((number, own))
            } else {
                numbers[number] = own
            }
            return own
        }
        swap(&bytes, &body)
        count += 1
    }

    private func recordNumber(of number: UInt32) -> UInt32? {
        for known in scanned where known.graph == number { return known.record }
        return numbers.isEmpty ? nil : numbers[number]
    }

    /// The delivery's body; the writer is empty again.
    package mutating func finish() -> [UInt8] {
        precondition(count > 0, "a delivery holds a message")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        names.append(to: &bytes)
        bytes.appendVarint(UInt64(count))
        bytes.append(body.span)
        body.removeAll(keepingCapacity: true)
        names.removeAll()
        scanned.removeAll(keepingCapacity: true)
        if !numbers.isEmpty { numbers.removeAll(keepingCapacity: true) }
        count = 0
        return bytes
    }

    /// Whether a message is within its limits as it is, as nearly all are.
    package static func isWhole(_ message: GraphMessage) -> Bool {
        guard case .assign(let whole) = message else { return true }
        return whole.nodes.count <= MessageLimits.assignedNodes
    }

    /// A message as messages that are within their limits and mean the same, in order: an
    /// assignment of many nodes in several, any other as it is.
    package static func parts(of message: GraphMessage) -> [GraphMessage] {
        guard !isWhole(message), case .assign(let whole) = message else { return [message] }
        return stride(
            from: 0, to: whole.nodes.count, by: MessageLimits.assignedNodes
        ).map { start in
            let end = min(start + MessageLimits.assignedNodes, whole.nodes.count)
            return .assign(
                Assignment(component: whole.component, nodes: Array(whole.nodes[start..<end])))
        }
    }
}
