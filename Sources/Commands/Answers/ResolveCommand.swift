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
            Exit status 1 if any is not found.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: "Identifiers (ns:value) or customer ids.")
    var ids: [String]

    /// How many identifiers an answer lists; the rest is what `component` shows.
    static let listedIdentifiers = 100

    struct Answer: Encodable {
        let id: String
        var customerID: String?
        var requested: String?
        var identifiers: [String]?
        var identifierCount: Int?
        var position: PositionAnswer?
        var error: String?
    }

    func run() throws {
        let store = try data.open()
        var questions: [Question] = []
        for id in ids { questions.append(try Question(id, in: store)) }
        var isAnyMissing = false
        for question in questions {
            let answer = try answer(question, store)
            isAnyMissing = isAnyMissing || answer.error != nil
            if format.json {
                Output.line(JSONText.encode(answer))
            } else {
                Self.print(answer)
            }
        }
        try store.close()
        if isAnyMissing { throw CommandEnd.answerIsNo }
    }

    private func answer(
        _ question: Question, _ store: OpenStore
    ) throws(CommandEnd) -> Answer {
        guard let customer = try store.customer(of: question.key) else {
            return Answer(id: question.text, error: "not_found")
        }
        let members = try store.members(withMember: question.key)
        let id = customer.id.description
        return Answer(
            id: question.text, customerID: id,
            requested: question.isCustomer && question.text != id ? question.text : nil,
            identifiers: members.prefix(Self.listedIdentifiers).map(\.string),
            identifierCount: customer.identifierCount,
            position: PositionAnswer(store.runtime))
    }

    private static func print(_ answer: Answer) {
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
        let rest = (answer.identifierCount ?? 0) - identifiers.count
        if rest > 0 { Output.line("    and \(rest) more: kindred component \(customer)") }
    }
}
