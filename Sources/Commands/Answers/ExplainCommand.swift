internal import ArgumentParser
internal import GraphCore
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

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("Links of the path that are shown.", valueName: "n"))
    var limit: Int = PageLimits.pathLinks
    @Option(help: "Go on where the page that gave this cursor ended.") var cursor: String?
    @Argument(help: "An identifier (ns:value) or customer id.") var a: String
    @Argument(help: "Another.") var b: String

    struct Answer: Encodable {
        let a: String
        let b: String
        var same: Bool
        var customerID: String?
        var customerIds: [String?]?
        var path: [String]?
        var links: [LinkAnswer]?
        var linkCount: Int?
        var nextCursor: String?
        var direct: LinkAnswer?
        var error: String?
        let position: PositionAnswer
    }

    func validate() throws { try PageLimits.check(limit) }

    func run() throws {
        let start = try cursor.map { (text) throws(CommandEnd) in try Self.start(text) }
        let store = try data.open()
        let (one, other) = (try Question(a, in: store), try Question(b, in: store))
        var path: PathAnswer?
        let answer = try answer(one, other, store, from: start, &path)
        if format.json { Output.line(JSONText.encode(answer)) } else { print(answer, path) }
        try store.close()
        if !answer.same { throw CommandEnd.answerIsNo }
    }

    private static func start(_ text: String) throws(CommandEnd) -> NodeKey {
        guard case .step(let key) = Cursor(text) else {
            throw Cursor.refused(text, by: "explain")
        }
        return key
    }

    private func answer(
        _ one: Question, _ other: Question, _ store: OpenStore, from start: NodeKey?,
        _ path: inout PathAnswer?
    ) throws(CommandEnd) -> Answer {
        let position = PositionAnswer(store.runtime)
        let customers = (
            try store.customer(of: one.key), try store.customer(of: other.key)
        )
        var answer = Answer(a: a, b: b, same: false, position: position)
        if let direct = try store.link(one.key, other.key) {
            answer.direct = LinkAnswer(direct, a: one.text, b: other.text)
        }
        guard let first = customers.0, let second = customers.1 else {
            answer.error = "not_found"
            answer.customerIds = [customers.0?.id.description, customers.1?.id.description]
            return answer
        }
        path = try PathAnswer(
            from: one.key, to: other.key, startingAt: start, limit: limit, in: store)
        guard let path else {
            answer.customerIds = [first.id.description, second.id.description]
            return answer
        }
        answer.same = true
        answer.customerID = first.id.description
        answer.path = path.identifiers
        answer.links = path.links
        answer.linkCount = path.linkCount
        answer.nextCursor = path.next?.text
        return answer
    }

    private func print(_ answer: Answer, _ path: PathAnswer?) {
        let (first, second) = (Escaping.terminal(a.utf8), Escaping.terminal(b.utf8))
        if let path {
            Output.line("\(first) and \(second) are one customer: \(answer.customerID ?? "")")
            Output.line("by \(PathAnswer.countText(path.linkCount)):")
            for line in path.lines { Output.line(line) }
            if let next = path.next {
                let words = ["kindred", "explain", a, b, "--limit", "\(limit)"]
                let command = words + ["--cursor", next.text]
                Output.line("more: " + command.map(ShellText.quoted).joined(separator: " "))
            }
            return
        }
        let customers = answer.customerIds ?? []
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
