internal import Answers
internal import ArgumentParser
internal import IdentityModel

/// What `link`, `unlink`, `ban` and `unban` share: one event by hand.
struct HandOptions: ParsableArguments {
    @OptionGroup var store: SourceOptions
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
        let store = try store.open(isRehearsal: dryRun, writes: !dryRun)
        let answer = try store.perform(event)
        if format.json {
            Output.line(JSONText.encode(answer))
        } else {
            for line in answer.lines { Output.line(line) }
        }
        try store.close()
    }
}

extension HandAnswer {
    /// The lines that say it to a person.
    var lines: [String] {
        let names = [a, b].map { Escaping.terminal($0.utf8) }
        var lines = [
            "\(op) \(names[0]) \(names[1])" + (dryRun ? " (dry run: nothing was changed)" : "")
        ]
        for (name, customers) in zip(names, zip(before, after)) {
            let (old, new) = (customers.0 ?? "none", customers.1 ?? "none")
            let change = old == new ? "\(new) (unchanged)" : "\(old) -> \(new)"
            lines.append("  customer of \(name)  \(change)")
        }
        lines.append(
            linkedBy.isEmpty
                ? "  no source links them" : "  linked by \(Self.list(linkedBy))")
        if !bannedBy.isEmpty {
            lines.append("  banned by \(Self.list(bannedBy))")
        }
        if let path, let links, let linkCount {
            lines.append("  they are one customer, by \(PathText.count(linkCount)):")
            lines += PathText.lines(path, links, remaining: linkCount - links.count)
                .map { "  " + $0 }
        } else {
            lines.append("  they are not one customer")
        }
        return lines
    }

    private static func list(_ sources: [String]) -> String {
        sources.map { Escaping.terminal($0.utf8) }.joined(separator: ", ")
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
