internal import Answers
internal import ArgumentParser
internal import IdentityModel

/// `kindred explain`: why two identifiers are one customer, or that they are not.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Why two identifiers are one customer: the path of links, who said each, when.",
        discussion: """
            The path is a shortest one over live links; of a very long one --limit links are \
            shown, and a cursor for the rest. Exit status 1 if the two are not one customer, or \
            one of them is not found.
            """)

    @OptionGroup var source: SourceOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("Links of the path that are shown.", valueName: "n"))
    var limit: Int = PageLimits.pathLinks
    @Option(help: "Go on where the page that gave this cursor ended.") var cursor: String?
    @Argument(help: "An identifier (ns:value) or customer id.") var a: String
    @Argument(help: "Another.") var b: String

    func validate() throws { try PageLimits.check(limit) }

    func run() throws {
        let start = try cursor.map { (text) throws(CommandEnd) in try Self.start(text) }
        let source = try source.open()
        let answer = try source.explain(a, b, from: start, limit: limit)
        if format.json { Output.line(JSONText.encode(answer)) } else { print(answer) }
        try source.close()
        if !answer.same { throw CommandEnd.answerIsNo }
    }

    private static func start(_ text: String) throws(CommandEnd) -> NodeKey {
        guard case .step(let key) = Cursor(text) else {
            throw Cursor.refused(text, by: "explain")
        }
        return key
    }

    private func print(_ answer: ExplainAnswer) {
        let (first, second) = (Escaping.terminal(a.utf8), Escaping.terminal(b.utf8))
        if answer.same {
            Output.line("\(first) and \(second) are one customer: \(answer.customerID ?? "")")
            Output.line("by \(PathText.count(answer.linkCount ?? 0)):")
            let lines = PathText.lines(
                answer.path ?? [], answer.links ?? [], remaining: answer.remainingLinkCount ?? 0)
            for line in lines { Output.line(line) }
            if let next = answer.nextCursor {
                let words = ["kindred", "explain", a, b, "--limit", "\(limit)"]
                let command = words + ["--cursor", next]
                Output.line("more: " + command.map(ShellText.quoted).joined(separator: " "))
            }
            return
        }
        let customers = answer.customerIDs ?? [nil, nil]
        if answer.error == nil {
            Output.line("\(first) and \(second) are two customers:")
        } else {
            Output.line("\(first) and \(second) are not one customer:")
        }
        for (text, customer) in zip([first, second], customers) {
            Output.line("  \(text)  \(customer ?? "not found")")
        }
        guard let direct = answer.direct else {
            Output.line("nothing was said of this pair")
            return
        }
        Output.line("of this pair was said:")
        for line in direct.lines { Output.line("  " + line) }
    }
}
