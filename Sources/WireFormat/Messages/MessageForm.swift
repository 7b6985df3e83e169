internal import GraphCore
internal import IdentityModel

/// Bytes <-> what partitions say to each other.
///
/// A message starts with a byte. Its upper four bits say how it travels (0 to the component, 1 to
/// the home, 2 from the home, 3 none of these), the lower four what it says. Component ids are
/// partition and sequence (varints), other numbers are varints, keys have 16 bytes.
///
/// For a member: to or from the home the directory's version; component, node, then
/// - seen (1): time (signed varint), namespace, value (counted);
/// - edge (2): greater end, version and liveness (varint: twice the version, plus 1 if it is live);
/// - join (3): lesser end, version, asker, rank;
/// - join back (4): greater end, version, asked, rank;
/// - retry (5): greater end.
///
/// Assign (0x31): component, nodes (count, then each: key, version). Absorb (0x32): a state. Page
/// (0x33): transfer, index, whether it is the last (1 byte), the partition that waits, a state.
/// Next (0x34): transfer, index. `StateForm` says what a state is.
///
/// What is read was checked, so that folding cannot fail, and has one form only: written again it
/// gives the same bytes. What is written must pass the same checks: a record that cannot be read
/// would close a log for ever.
enum MessageForm {
    /// What stands for a namespace's number in the bytes.
    typealias NamespaceNaming = (UInt32) -> UInt32
    /// The namespace's number that the bytes mean.
    typealias NamespaceReading = (UInt32) throws(WireError) -> UInt32

    /// The least that a message takes, in bytes: the next page's.
    static let leastBytes = 4

    private enum Way {
        static let toHome: UInt8 = 0x10
        static let fromHome: UInt8 = 0x20
    }

    private enum Kind: UInt8 {
        case assign = 0x31
        case absorb = 0x32
        case page = 0x33
        case next = 0x34
    }

    /// The least that a node takes in an assignment, in bytes.
    private static let leastNodeBytes = 17

    // MARK: Writing

    static func encode(
        _ message: GraphMessage, into bytes: inout [UInt8], namespace: NamespaceNaming
    ) {
        precondition(
            MessageLimits.mostBytes(of: message) <= MessageLimits.messageBytes,
            "a message is cut to its limit where it is made")
        switch message {
        case .forMember(let message):
            bytes.append(ContentForm.kind(of: message.content).rawValue)
            encode(message, into: &bytes, namespace: namespace)
        case .resolve(let message, let asked):
            bytes.append(Way.toHome | ContentForm.kind(of: message.content).rawValue)
            bytes.appendVarint(UInt64(asked))
            encode(message, into: &bytes, namespace: namespace)
        case .via(let message, let version):
            bytes.append(Way.fromHome | ContentForm.kind(of: message.content).rawValue)
            bytes.appendVarint(UInt64(version))
            encode(message, into: &bytes, namespace: namespace)
        case .assign(let assignment):
            bytes.append(Kind.assign.rawValue)
            encode(assignment, into: &bytes)
        case .absorb(let state):
            precondition(!state.members.isEmpty, "a component has a member")
            bytes.append(Kind.absorb.rawValue)
            StateForm.encode(state, into: &bytes, namespace: namespace)
        case .page(let page):
            bytes.append(Kind.page.rawValue)
            bytes.appendComponent(page.transfer)
            bytes.appendVarint(UInt64(page.index))
            StateForm.encode(page, into: &bytes, namespace: namespace)
        case .next(let transfer, let index):
            bytes.append(Kind.next.rawValue)
            bytes.appendComponent(transfer)
            bytes.appendVarint(UInt64(index))
        }
    }

    private static func encode(
        _ message: MemberMessage, into bytes: inout [UInt8], namespace: NamespaceNaming
    ) {
        bytes.appendComponent(message.component)
        bytes.appendKey(message.node)
        ContentForm.encode(message.content, of: message.node, into: &bytes, namespace: namespace)
    }

    private static func encode(_ assignment: Assignment, into bytes: inout [UInt8]) {
        precondition(
            !assignment.nodes.isEmpty && assignment.nodes.count <= MessageLimits.assignedNodes,
            "assignments are cut to their limit before")
        bytes.appendComponent(assignment.component)
        bytes.appendVarint(UInt64(assignment.nodes.count))
        for node in assignment.nodes {
            bytes.appendKey(node.key)
            bytes.appendVarint(UInt64(node.version))
        }
    }

    // MARK: Reading

    static func decode(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, namespace: NamespaceReading
    ) throws(WireError) -> GraphMessage {
        let code = try cursor.byte(bytes)
        let message: GraphMessage
        if let kind = Kind(rawValue: code) {
            message = try decode(kind, bytes, &cursor, namespace)
        } else {
            message = try decodeForMember(code, bytes, &cursor, namespace)
        }
        guard MessageLimits.mostBytes(of: message) <= MessageLimits.messageBytes else {
            throw WireError(.damaged, "a message is too large")
        }
        return message
    }

    private static func decodeForMember(
        _ code: UInt8, _ bytes: Span<UInt8>, _ cursor: inout ByteCursor,
        _ namespace: NamespaceReading
    ) throws(WireError) -> GraphMessage {
        let way = code & 0xf0
        guard way <= Way.fromHome, let kind = ContentForm.Kind(rawValue: code & 0x0f) else {
            throw WireError(.newerFormat, "a message is of the unknown kind \(code)")
        }
        let version = way == 0 ? 0 : try cursor.number(bytes)
        let component = try cursor.component(bytes)
        let node = try cursor.key(bytes)
        let message = MemberMessage(
            component: component, node: node,
            content: try ContentForm.decode(
                kind, of: node, bytes, &cursor, namespace: namespace))
        switch way {
        case Way.toHome: return .resolve(message, asked: version)
        case Way.fromHome: return .via(message, version: version)
        default: return .forMember(message)
        }
    }

    private static func decode(
        _ kind: Kind, _ bytes: Span<UInt8>, _ cursor: inout ByteCursor,
        _ namespace: NamespaceReading
    ) throws(WireError) -> GraphMessage {
        switch kind {
        case .assign: return .assign(try decodeAssignment(bytes, &cursor))
        case .absorb:
            let state = try StateForm.decode(bytes, &cursor, namespace: namespace)
            guard !state.members.isEmpty else {
                throw WireError(.damaged, "a component on its way has no member")
            }
            return .absorb(state)
        case .page:
            let transfer = try cursor.component(bytes)
            let index = try cursor.number(bytes)
            return .page(
                try StateForm.decodePage(
                    index, of: transfer, bytes, &cursor, namespace: namespace))
        case .next:
            let transfer = try cursor.component(bytes)
            return .next(transfer: transfer, index: try cursor.number(bytes))
        }
    }

    private static func decodeAssignment(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> Assignment {
        var assignment = Assignment(component: try cursor.component(bytes), nodes: [])
        let count = try cursor.count(bytes, leastBytes: leastNodeBytes)
        guard count > 0, count <= MessageLimits.assignedNodes else {
            throw WireError(.damaged, "a count of assigned nodes is out of bounds")
        }
        assignment.nodes.reserveCapacity(count)
        for _ in 0..<count {
            let key = try cursor.key(bytes)
            assignment.nodes.append(AssignedNode(key: key, version: try cursor.number(bytes)))
        }
        return assignment
    }
}
