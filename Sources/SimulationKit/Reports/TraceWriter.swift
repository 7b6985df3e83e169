internal import GraphCore
internal import IdentityModel
internal import PartitionCore
internal import WireFormat

/// Tells a run in the text form of `Tests/Model/protocol/text.py`: `2:17 < …` is what partition 2
/// holds at offset 17, `2:17 > 0 number=4 …` what folding it says to partition 0; lines that begin
/// with `#` tell what was done to the run. A log is told in the order of its offsets.
struct TraceWriter {
    /// The lines so far.
    private(set) var lines: [String] = []
    private var frame = EventFrame()

    mutating func tell(_ sentence: String) { lines.append("# \(sentence)") }

    /// A record that became durable, and what folding it says.
    mutating func folded(
        _ partition: Int, _ position: Int, _ record: [UInt8], _ deliveries: [Delivery]
    ) {
        lines.append("\(partition):\(position) < \(text(of: record))")
        for delivery in deliveries {
            lines.append(
                "\(partition):\(position) > \(delivery.to.rawValue) number=\(delivery.number) "
                    + messages(in: delivery.record))
        }
    }

    /// The first delivery in which two accounts of one step differ, in both.
    static func difference(_ one: [Delivery], _ other: [Delivery]) -> String {
        func tell(_ deliveries: [Delivery], _ index: Int) -> String {
            guard index < deliveries.count else { return "nothing" }
            let delivery = deliveries[index]
            return "to \(delivery.to.rawValue) number=\(delivery.number) "
                + TraceWriter().messages(in: delivery.record)
        }
        let index = zip(one, other).prefix { $0 == $1 }.count
        return "\(tell(one, index)); before it was \(tell(other, index))"
    }

    // MARK: Records

    private mutating func text(of bytes: [UInt8]) -> String {
        do throws(WireError) {
            switch try RecordCodec.decode(bytes.span).record {
            case .events(let body):
                try frame.decode(bytes.span, body: body)
                return "events " + frame.entries.map { event($0, bytes) }.joined(separator: " | ")
            case .messages(let sender, let number, _):
                return "delivery from=\(sender.rawValue) number=\(number) " + messages(in: bytes)
            case .tick: return "tick"
            case .done(let offset): return "done position=\(offset)"
            case .collect(let ids):
                return "collect component=" + ids.map(Self.name).joined(separator: ",")
            case .rules(let version, _): return "rules version=\(version)"
            case .logic(let version): return "logic version=\(version)"
            }
        } catch {
            return "unreadable: \(error.reason)"
        }
    }

    private func event(_ entry: EventEntry, _ bytes: [UInt8]) -> String {
        let source = String(decoding: frame.sources[Int(entry.source)], as: UTF8.self)
        let reason = String(decoding: bytes[entry.reason.range], as: UTF8.self)
        let ends =
            entry.operation == .observe
            ? "a=\(Self.node(entry.a))" : "a=\(Self.node(entry.a)) b=\(Self.node(entry.b))"
        return "\(entry.operation.word) \(ends) source=\(source) time=\(entry.time.milliseconds)"
            + (reason.isEmpty ? "" : " reason=\(reason)")
    }

    private func messages(in record: [UInt8]) -> String {
        do throws(WireError) {
            guard case .messages(_, _, let body) = try RecordCodec.decode(record.span).record
            else { return "no messages" }
            return try MessageFrame.decode(record.span, body: body) { _ in 1 }
                .map(Self.text).joined(separator: " | ")
        } catch {
            return "unreadable: \(error.reason)"
        }
    }

    // MARK: Messages

    private static func text(_ message: GraphMessage) -> String {
        switch message {
        case .forMember(let message): return text(message)
        case .resolve(let message, let asked):
            return "resolve node=\(node(message.node)) asked=\(asked) (\(text(message)))"
        case .via(let message, let version):
            return "via node=\(node(message.node)) version=\(version) (\(text(message)))"
        case .assign(let assignment):
            let nodes = assignment.nodes.map { "\(node($0.key))@\($0.version)" }
            return "assign component=\(name(assignment.component)) "
                + "nodes=\(nodes.joined(separator: ","))"
        case .absorb(let state): return "absorb component=\(name(state.target)) \(text(state))"
        case .page(let page):
            return "page component=\(name(page.state.target)) transfer=\(name(page.transfer))"
                + " index=\(page.index) last=\(page.isLast ? 1 : 0) back=\(page.back.rawValue) "
                + text(page.state)
        case .next(let transfer, let index):
            return "next transfer=\(name(transfer)) index=\(index)"
        }
    }

    private static func text(_ message: MemberMessage) -> String {
        let (component, own) = (name(message.component), node(message.node))
        switch message.content {
        case .seen(let time, _, let value):
            return "seen component=\(component) node=\(own) time=\(time.milliseconds)"
                + " value=\(String(decoding: value, as: UTF8.self))"
        case .edge(let other, let version, let isLive):
            return "edge component=\(component) a=\(own) b=\(node(other)) version=\(version)"
                + " live=\(isLive ? 1 : 0)"
        case .join(let other, let version, let asker, let rank):
            return "join component=\(component) a=\(node(other)) b=\(own) version=\(version)"
                + " asker=\(name(asker)) rank=\(rank)"
        case .joinBack(let other, let version, let asked, let rank):
            return "joinback component=\(component) a=\(own) b=\(node(other))"
                + " version=\(version) asked=\(name(asked)) rank=\(rank)"
        case .retry(let other):
            return "retry component=\(component) a=\(own) b=\(node(other))"
        }
    }

    private static func text(_ state: ComponentState) -> String {
        var value = 0
        let members = state.members.map { member in
            let bytes = state.values[value..<value + member.valueCount]
            value += member.valueCount
            let seen =
                member.firstSeen == .never ? "never" : "\(member.firstSeen.milliseconds)"
            let text = bytes.isEmpty ? "-" : String(decoding: bytes, as: UTF8.self)
            return "\(node(member.key))(version=\(member.version) seen=\(seen) value=\(text)"
                + " customer=\(member.customerVersion) published=-)"
        }
        let edges = state.edges.map {
            "\(node($0.a))-\(node($0.image.other))(version=\($0.image.version)"
                + " live=\($0.image.isLive ? 1 : 0))"
        }
        return "via=\(node(state.via.a))-\(node(state.via.b))"
            + " members=\(members.joined(separator: ",")) edges=\(edges.joined(separator: ","))"
    }

    private static func node(_ key: NodeKey) -> Int { Identifiers.number(key) }

    private static func name(_ id: ComponentID) -> String {
        id == .none ? "-" : "\(id.host.rawValue).\(id.sequence)"
    }
}
