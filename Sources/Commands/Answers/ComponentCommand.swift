internal import Answers
internal import ArgumentParser

/// `kindred component`: what is inside one customer.
struct ComponentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "component",
        abstract: "The members and links of an identifier's component, with their evidence.",
        discussion: """
            Members come first, the strongest first, then links. A page holds --limit of them \
            together; where there are more it ends with a cursor for the next page. Exit status 1 \
            if the id is not found.
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var format: FormatOptions
    @Flag(help: "Mark the links whose loss would split the customer.") var bridges = false
    @Flag(help: "Show the values of sensitive attributes.") var reveal = false
    @Option(help: ArgumentHelp("Members and links that are shown.", valueName: "n"))
    var limit: Int = PageLimits.componentItems
    @Option(help: "Go on where the page that gave this cursor ended.") var cursor: String?
    @Argument(help: "An identifier (ns:value) or customer id.") var id: String

    func validate() throws { try PageLimits.check(limit) }

    func run() throws {
        let place = try cursor.map { (text) throws(CommandEnd) in try Self.place(text) }
        let source = try source.open()
        let answer = try source.component(
            id, from: place, limit: limit, bridges: bridges, reveal: reveal)
        if format.json { Output.line(JSONText.encode(answer)) } else { print(answer) }
        try source.close()
        if answer.error != nil { throw CommandEnd.answerIsNo }
    }

    private static func place(_ text: String) throws(CommandEnd) -> Cursor {
        switch Cursor(text) {
        case let place?: if case .step = place { break } else { return place }
        case nil: break
        }
        throw Cursor.refused(text, by: "component")
    }

    private func print(_ answer: ComponentAnswer) {
        guard let customer = answer.customerID else {
            Output.line("\(Escaping.terminal(id.utf8))\n  not found")
            return
        }
        Output.line("customer \(customer)")
        for line in ProfileLines.lines(answer.profile, answer.provenance) { Output.line(line) }
        let (members, links) = (answer.members ?? [], answer.links ?? [])
        let isWhole = cursor == nil && answer.nextCursor == nil
        if cursor == nil || !members.isEmpty {
            Output.line("members (\(answer.identifierCount ?? 0)), strongest first:")
        }
        for member in members {
            let note = member.anchor ? "  (anchor)" : ""
            Output.line(
                "  \(Escaping.terminal(member.id.utf8))  first seen \(member.firstSeen)\(note)")
        }
        if isWhole { Output.line("links (\(links.count)):") }
        if !isWhole, !links.isEmpty { Output.line("links:") }
        for link in links {
            Output.line(
                "  \(Escaping.terminal(link.a.utf8)) — \(Escaping.terminal(link.b.utf8))"
                    + (link.live ? "" : "  (not live)")
                    + (link.bridge == true ? "  (bridge)" : ""))
            for line in link.lines { Output.line("    | " + line) }
        }
        if let count = answer.bridgeCount {
            Output.line("bridges: \(count) link\(count == 1 ? "" : "s") whose loss would split it")
        }
        if let next = answer.nextCursor { Output.line("more: " + continuation(next)) }
    }

    /// The command that shows the next page.
    private func continuation(_ next: String) -> String {
        var words = ["kindred", "component", id, "--limit", "\(limit)", "--cursor", next]
        if bridges { words.append("--bridges") }
        return words.map(ShellText.quoted).joined(separator: " ")
    }
}
