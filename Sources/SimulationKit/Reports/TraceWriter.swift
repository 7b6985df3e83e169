internal import GraphCore
internal import IdentityModel
internal import PartitionCore
internal import WireFormat

/// Tells a run in the text form of `Tests/Model/protocol/text.py`: `2:17 < …` is what partition 2
/// holds at offset 17, `2:17 > 0 number=4 …` what folding it says to partition 0, `2:17 = …` what
/// it tells of a customer; lines that begin with `#` tell what was done to the run. A log is told
/// in the order of its offsets.
struct TraceWriter {
    /// The lines so far.
    private(set) var lines: [String] = []
    private var frame = EventFrame()
    private static let wording = MessageText { UInt64(Identifiers.number($0)) }

    mutating func tell(_ sentence: String) { lines.append("# \(sentence)") }

    /// A record that became durable, and what folding it says.
    mutating func folded(
        _ partition: Int, _ position: Int, _ record: [UInt8], _ result: StepResult
    ) {
        lines.append("\(partition):\(position) < \(text(of: record))")
        for line in text(of: result) { lines.append("\(partition):\(position) \(line)") }
    }

    private func text(of result: StepResult) -> [String] {
        result.deliveries.map { delivery in
            "> \(delivery.to.rawValue) number=\(delivery.number) "
                + messages(in: delivery.body, 0..<delivery.body.count)
        } + result.changes.map { "= " + Self.wording.text($0) }
    }

    /// The first line in which two accounts of one step differ, in both.
    static func difference(_ one: StepResult, _ other: StepResult) -> String {
        let (lines, others) = (TraceWriter().text(of: one), TraceWriter().text(of: other))
        let index = zip(lines, others).prefix { $0 == $1 }.count
        func line(_ lines: [String]) -> String { index < lines.count ? lines[index] : "nothing" }
        return "\(line(lines)); before it was \(line(others))"
    }

    // MARK: Records

    private mutating func text(of bytes: [UInt8]) -> String {
        do throws(WireError) {
            switch try RecordCodec.decode(bytes.span).record {
            case .events(let body):
                try frame.decode(bytes.span, body: body)
                return "events " + frame.entries.map { event($0, bytes) }.joined(separator: " | ")
            case .messages(let sender, let number, let bodies):
                return "delivery from=\(sender.rawValue) number=\(number) "
                    + bodies.map { messages(in: bytes, $0) }.joined(separator: " || ")
            case .tick: return "tick"
            case .done(let offset): return "done position=\(offset)"
            case .collect(let ids):
                let names = ids.map { Self.wording.text($0) }
                return "collect component=" + names.joined(separator: ",")
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
            + (entry.attributes.range.isEmpty ? "" : " attributes=\(entry.attributes.range.count)")
    }

    private func messages(in bytes: [UInt8], _ body: Range<Int>) -> String {
        do throws(WireError) {
            return try MessageFrame.decode(bytes.span, body: body) { _ in 1 }
                .map { Self.wording.text($0) }.joined(separator: " | ")
        } catch {
            return "unreadable: \(error.reason)"
        }
    }

    private static func node(_ key: NodeKey) -> Int { Identifiers.number(key) }
}
