internal import IdentityModel
internal import WireFormat

/// One event as the command line gives it.
struct HandEvent {
    /// What it says.
    let operation: LinkOperation
    /// One end, as it was typed.
    let a: String
    /// The other end.
    let b: String
    /// Who says it.
    let source: String
    /// Why; empty for none.
    let reason: String
    /// When it happened.
    let time: EventTime
    /// Whether nothing is to change.
    let isDryRun: Bool

    init(_ operation: LinkOperation, _ options: HandOptions) throws(CommandEnd) {
        self.operation = operation
        let texts = [
            ("--source", options.source, EventLimits.sourceBytes),
            ("--reason", options.reason ?? "-", EventLimits.reasonBytes),
        ]
        for (name, text, limit) in texts where text.utf8.count > limit || text.isEmpty {
            throw CommandEnd(ExitStatus.usage, "\(name) must have 1 to \(limit) bytes")
        }
        (a, b, isDryRun) = (options.a, options.b, options.dryRun)
        (source, reason) = (options.source, options.reason ?? "")
        time =
            try options.ts.map { (text) throws(CommandEnd) in try TimeText.parse(text) }
            ?? TimeText.now
    }

    /// The log record that says it of two identifiers.
    func record(
        _ one: (key: NodeKey, identifier: NormalizedIdentifier),
        _ other: (key: NodeKey, identifier: NormalizedIdentifier), _ head: RecordHead
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        func place(_ part: [UInt8]) -> Range<Int> {
            bytes += part
            return bytes.count - part.count..<bytes.count
        }
        let a = EventEnd(
            key: one.key, text: place(one.identifier.bytes),
            namespaceCount: one.identifier.namespaceLength)
        let b = EventEnd(
            key: other.key, text: place(other.identifier.bytes),
            namespaceCount: other.identifier.namespaceLength)
        let (source, reason) = (place(Array(source.utf8)), place(Array(reason.utf8)))
        var builder = EventRecordBuilder()
        builder.appendPair(
            operation, a, b, time: time, source: source, eventID: 0..<0, reason: reason,
            in: bytes.span)
        return builder.finish(head)
    }
}
