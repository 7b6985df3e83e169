internal import ArgumentParser
internal import GraphCore
internal import IdentityModel
internal import WireFormat

/// `kindred component`: what is inside one customer.
struct ComponentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "component",
        abstract: "The members and links of an identifier's component, with their evidence.",
        discussion: "Exit status 1 if the id is not found.")

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: "An identifier (ns:value) or customer id.") var id: String

    struct Member: Encodable {
        let id: String
        let firstSeen: String
        let anchor: Bool
    }

    struct Answer: Encodable {
        let id: String
        var customerID: String?
        var identifierCount: Int?
        var members: [Member]?
        var links: [LinkAnswer]?
        var error: String?
        let position: PositionAnswer
    }

    func run() throws {
        let store = try data.open()
        let answer = try answer(Question(id, in: store), store)
        if format.json { Output.line(JSONText.encode(answer)) } else { print(answer) }
        try store.close()
        if answer.error != nil { throw CommandEnd.answerIsNo }
    }

    private func answer(
        _ question: Question, _ store: OpenStore
    ) throws(CommandEnd) -> Answer {
        var answer = Answer(id: id, position: PositionAnswer(store.runtime))
        guard let customer = try store.customer(of: question.key) else {
            answer.error = "not_found"
            return answer
        }
        let members = try store.members(withMember: question.key)
        var texts: [NodeKey: String] = [:]
        for member in members { texts[member.key] = member.string }
        answer.customerID = customer.id.description
        answer.identifierCount = customer.identifierCount
        answer.members = members.map {
            Member(
                id: $0.string, firstSeen: TimestampText.print($0.firstSeen),
                anchor: $0.key == customer.id.anchor)
        }
        answer.links = try store.links(withMember: question.key).map {
            LinkAnswer($0, a: texts[$0.a] ?? "", b: texts[$0.b] ?? "")
        }
        return answer
    }

    private func print(_ answer: Answer) {
        guard let customer = answer.customerID else {
            Output.line("\(Escaping.terminal(id.utf8))\n  not found")
            return
        }
        Output.line("customer \(customer)")
        Output.line("members (\(answer.identifierCount ?? 0)), strongest first:")
        for member in answer.members ?? [] {
            let note = member.anchor ? "  (anchor)" : ""
            Output.line(
                "  \(Escaping.terminal(member.id.utf8))  first seen \(member.firstSeen)\(note)")
        }
        let links = answer.links ?? []
        Output.line("links (\(links.count)):")
        for link in links {
            Output.line(
                "  \(Escaping.terminal(link.a.utf8)) — \(Escaping.terminal(link.b.utf8))"
                    + (link.live ? "" : "  (not live)"))
            for line in link.lines { Output.line("    | " + line) }
        }
    }
}
