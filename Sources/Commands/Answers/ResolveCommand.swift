internal import ArgumentParser
internal import GraphCore
internal import IdentityModel

/// `kindred resolve`: the customer of each identifier or customer id.
struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "The customer of each identifier or customer id, present or past.",
        discussion: """
            A word with a colon is an identifier (ns:value), 32 hexadecimal digits are a customer \
            id. An id that was merged away or renamed resolves to the customer that has it now. \
            With --file every line is an id, and every answer a line in the same order: the id and \
            its customer, with --json {"id":…,"customer_id":…} or {"id":…,"error":…}; a line that \
            is no id is answered too. Exit status 1 if any is not found.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @Option(
        help: ArgumentHelp(
            "Resolve the ids in this file, one a line; plain, gzip or zstd; - is standard input.",
            valueName: "file|-"))
    var file: String?
    @Option(help: ArgumentHelp("Identifiers that are listed of each customer.", valueName: "n"))
    var limit: Int = PageLimits.resolvedIdentifiers
    @Option(help: "List the identifiers behind those of the answer that gave this cursor.")
    var cursor: String?
    @Argument(help: "Identifiers (ns:value) or customer ids.")
    var ids: [String] = []

    struct Answer: Encodable {
        let id: String
        var customerID: String?
        var requested: String?
        var identifiers: [String]?
        var identifierCount: Int?
        var nextCursor: String?
        var position: PositionAnswer?
        var error: String?
    }

    func validate() throws {
        try PageLimits.check(limit)
        guard ids.isEmpty != (file == nil) else {
            throw ValidationError("name at least one id, or a file of ids with --file, not both")
        }
        guard cursor == nil || ids.count == 1 else {
            throw ValidationError("--cursor goes on with the answer to one id: name that one alone")
        }
    }

    func run() throws {
        if let file, file != "-" { try ReplayFiles.check([file]) }
        let place = try cursor.map { (text) throws(CommandEnd) in try Self.place(text) }
        let store = try data.open()
        let foundAll = try file.map { try answerLines(of: $0, store) } ?? answerWords(store, place)
        try store.close()
        if !foundAll { throw CommandEnd.answerIsNo }
    }

    private func answerLines(of file: String, _ store: OpenStore) throws(CommandEnd) -> Bool {
        var run = try ResolveFile(store, isJSON: format.json)
        try run.answer(file)
        return run.foundAll
    }

    private func answerWords(
        _ store: OpenStore, _ place: MemberPosition?
    ) throws(CommandEnd) -> Bool {
        var questions: [Question] = []
        for id in ids { questions.append(try Question(id, in: store)) }
        var foundAll = true
        for question in questions {
            let answer = try answer(question, store, place)
            foundAll = foundAll && answer.error == nil
            if format.json {
                Output.line(JSONText.encode(answer))
            } else {
                print(answer)
            }
        }
        return foundAll
    }

    private static func place(_ text: String) throws(CommandEnd) -> MemberPosition {
        guard case .member(let place) = Cursor(text) else {
            throw Cursor.refused(text, by: "resolve")
        }
        return place
    }

    private func answer(
        _ question: Question, _ store: OpenStore, _ place: MemberPosition?
    ) throws(CommandEnd) -> Answer {
        guard let customer = try store.customer(of: question.key) else {
            return Answer(id: question.text, error: "not_found")
        }
        let page = try store.memberPage(withMember: question.key, after: place, limit: limit)
        let id = customer.id.description
        return Answer(
            id: question.text, customerID: id,
            requested: question.isCustomer && question.text != id ? question.text : nil,
            identifiers: page.members.map(\.string), identifierCount: customer.identifierCount,
            nextCursor: page.next.map { Cursor.member($0).text },
            position: PositionAnswer(store.runtime))
    }

    private func print(_ answer: Answer) {
        let id = Escaping.terminal(answer.id.utf8)
        guard let customer = answer.customerID, let identifiers = answer.identifiers else {
            Output.line("\(id)\n  not found")
            return
        }
        Output.line(id)
        Output.line("  customer     \(customer)")
        Output.line("  identifiers  \(answer.identifierCount ?? 0)")
        for identifier in identifiers {
            Output.line("    " + Escaping.terminal(identifier.utf8))
        }
        guard let next = answer.nextCursor else { return }
        let words = ["kindred", "resolve", answer.id, "--limit", "\(limit)", "--cursor", next]
        let rest = (answer.identifierCount ?? 0) - identifiers.count
        let count = cursor == nil ? "\(rest) more" : "more"
        Output.line("    and \(count): " + words.map(ShellText.quoted).joined(separator: " "))
    }
}
