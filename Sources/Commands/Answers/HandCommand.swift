internal import ArgumentParser
internal import Foundation
internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// What `link`, `unlink`, `ban` and `unban` share: one event by hand.
struct HandOptions: ParsableArguments {
    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: "An identifier (ns:value).") var a: String
    @Argument(help: "Another.") var b: String
    @Option(help: "Who says it. unlink and unban take back this source's word only.")
    var source: String
    @Option(help: "When, as RFC 3339 or milliseconds since 1970. (default: now)")
    var ts: String?
    @Option(help: "Why, in your words; kept with the evidence and shown by explain.")
    var reason: String?
    @Flag(help: "Show what would change and change nothing.")
    var dryRun = false

    /// Performs the operation and prints the customers before and after.
    func perform(_ operation: LinkOperation) throws(CommandEnd) {
        let event = try HandEvent(operation, self)
        let (store, temporary) = try open()
        defer { temporary?.remove() }
        let answer = try HandAnswer(event, self, store)
        if format.json {
            Output.line(JSONText.encode(answer))
        } else {
            for line in answer.lines { Output.line(line) }
        }
        if dryRun { store.abandon() } else { try store.close() }
    }

    /// The store; for a dry run where there is none yet, one in a folder that does not stay.
    private func open() throws(CommandEnd) -> (OpenStore, TemporaryFolder?) {
        var request = try data.settings().storeRequest()
        request.isRehearsal = dryRun
        guard dryRun, try !StoreFolder.holdsStore(request.folder) else {
            return (try OpenStore(request), nil)
        }
        Diagnostics.line(
            Escaping.controls(
                "kindred: there is no store in \(request.folder) yet: when one is made, it gives "
                    + "customers other ids"))
        let temporary = try TemporaryFolder()
        request.folder = temporary.path
        return (try OpenStore(request), temporary)
    }
}

/// One event as the command line gives it.
struct HandEvent {
    let operation: LinkOperation
    let time: EventTime

    init(_ operation: LinkOperation, _ options: HandOptions) throws(CommandEnd) {
        self.operation = operation
        let texts = [
            ("--source", options.source, EventLimits.sourceBytes),
            ("--reason", options.reason ?? "-", EventLimits.reasonBytes),
        ]
        for (name, text, limit) in texts where text.utf8.count > limit || text.isEmpty {
            throw CommandEnd(ExitStatus.usage, "\(name) must have 1 to \(limit) bytes")
        }
        time =
            try options.ts.map { (text) throws(CommandEnd) in try TimeText.parse(text) }
            ?? TimeText.now
    }
}

/// What changed, or would.
struct HandAnswer: Encodable {
    let op: String
    let a: String
    let b: String
    let dryRun: Bool
    let before: [String?]
    let after: [String?]
    let same: Bool
    let linkedBy: [String]
    let bannedBy: [String]
    let path: [String]?
    let links: [LinkAnswer]?
    let linkCount: Int?
    let position: PositionAnswer

    /// Folds the event (in memory alone for a dry run) and looks.
    init(
        _ event: HandEvent, _ options: HandOptions, _ store: OpenStore
    ) throws(CommandEnd) {
        let one = try Question.identifier(options.a, in: store)
        let other = try Question.identifier(options.b, in: store)
        guard one.key != other.key else {
            throw CommandEnd(ExitStatus.usage, "both ends are one identifier after normalising")
        }
        before = [
            try store.customer(of: one.key)?.id.description,
            try store.customer(of: other.key)?.id.description,
        ]
        let record = Self.record(event, options, one, other, store)
        try store.failing { (runtime) throws(StoreFailure) in
            if options.dryRun {
                try runtime.rehearse(record)
            } else {
                _ = try runtime.append(record)
                try runtime.sync()
            }
        }
        after = [
            try store.customer(of: one.key)?.id.description,
            try store.customer(of: other.key)?.id.description,
        ]
        let words = try store.link(one.key, other.key)?.words ?? []
        linkedBy = Self.sources(words, .link)
        bannedBy = Self.sources(words, .ban)
        let known = after[0] != nil && after[1] != nil
        let path = known ? try PathAnswer(from: one.key, to: other.key, in: store) : nil
        (op, a, b) = (event.operation.word, options.a, options.b)
        same = path != nil
        self.path = path?.identifiers
        links = path?.links
        linkCount = path?.linkCount
        dryRun = options.dryRun
        position = PositionAnswer(store.runtime)
    }

    /// The lines that say it to a person.
    var lines: [String] {
        let names = [a, b].map { Escaping.terminal($0.utf8) }
        var lines = [
            "\(op) \(names[0]) \(names[1])" + (dryRun ? " (dry run: nothing was changed)" : "")
        ]
        for index in 0..<2 {
            let (old, new) = (before[index] ?? "none", after[index] ?? "none")
            let change = old == new ? "\(new) (unchanged)" : "\(old) -> \(new)"
            lines.append("  customer of \(names[index])  \(change)")
        }
        lines.append(
            linkedBy.isEmpty
                ? "  no source links them" : "  linked by \(Self.list(linkedBy))")
        if !bannedBy.isEmpty {
            lines.append("  banned by \(Self.list(bannedBy))")
        }
        if let path, let links, let linkCount {
            lines.append("  they are one customer, by \(PathAnswer.countText(linkCount)):")
            lines += PathAnswer.lines(path, links, remaining: linkCount - links.count)
                .map { "  " + $0 }
        } else {
            lines.append("  they are not one customer")
        }
        return lines
    }

    private static func list(_ sources: [String]) -> String {
        sources.map { Escaping.terminal($0.utf8) }.joined(separator: ", ")
    }

    private static func sources(_ words: [WordView], _ operation: LinkOperation) -> [String] {
        words.filter { $0.operation == operation }
            .map { String(decoding: $0.source, as: UTF8.self) }
    }

    private static func record(
        _ event: HandEvent, _ options: HandOptions,
        _ one: (key: NodeKey, identifier: NormalizedIdentifier),
        _ other: (key: NodeKey, identifier: NormalizedIdentifier), _ store: OpenStore
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
        let source = place(Array(options.source.utf8))
        let reason = place(Array((options.reason ?? "").utf8))
        var builder = EventRecordBuilder()
        builder.appendPair(
            event.operation, a, b, time: event.time, source: source, eventID: 0..<0,
            reason: reason, in: bytes.span)
        return builder.finish(store.runtime.recordHead)
    }
}

/// `kindred link`.
struct LinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Say by hand that two identifiers are one customer.")
    @OptionGroup var options: HandOptions
    func run() throws { try options.perform(.link) }
}

/// `kindred unlink`.
struct UnlinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlink", abstract: "Take one source's link of two identifiers back.")
    @OptionGroup var options: HandOptions
    func run() throws { try options.perform(.unlink) }
}

/// `kindred ban`.
struct BanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ban", abstract: "Outrank every source's link of two identifiers.")
    @OptionGroup var options: HandOptions
    func run() throws { try options.perform(.ban) }
}

/// `kindred unban`.
struct UnbanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unban", abstract: "Lift one source's ban of two identifiers.")
    @OptionGroup var options: HandOptions
    func run() throws { try options.perform(.unban) }
}
