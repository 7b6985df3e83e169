internal import ArgumentParser
internal import GraphCore
internal import IdentityModel
internal import WireFormat

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

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @Flag(help: "Mark the links whose loss would split the customer.") var bridges = false
    @Option(help: ArgumentHelp("Members and links that are shown.", valueName: "n"))
    var limit: Int = PageLimits.componentItems
    @Option(help: "Go on where the page that gave this cursor ended.") var cursor: String?
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
        var bridgeCount: Int?
        var members: [Member]?
        var links: [LinkAnswer]?
        var nextCursor: String?
        var error: String?
        let position: PositionAnswer
    }

    func validate() throws { try PageLimits.check(limit) }

    func run() throws {
        let place = try cursor.map { (text) throws(CommandEnd) in try Self.place(text) }
        let store = try data.open()
        let answer = try answer(Question(id, in: store), store, from: place)
        if format.json { Output.line(JSONText.encode(answer)) } else { print(answer) }
        try store.close()
        if answer.error != nil { throw CommandEnd.answerIsNo }
    }

    private static func place(_ text: String) throws(CommandEnd) -> Cursor {
        switch Cursor(text) {
        case let place?: if case .step = place { break } else { return place }
        case nil: break
        }
        throw Cursor.refused(text, by: "component")
    }

    private func answer(
        _ question: Question, _ store: OpenStore, from place: Cursor?
    ) throws(CommandEnd) -> Answer {
        var answer = Answer(id: id, position: PositionAnswer(store.runtime))
        guard let customer = try store.customer(of: question.key) else {
            answer.error = "not_found"
            return answer
        }
        let page = try ComponentPage(of: question.key, from: place, limit: limit, in: store)
        let split = bridges ? try store.bridges(withMember: question.key) : nil
        answer.customerID = customer.id.description
        answer.identifierCount = customer.identifierCount
        answer.bridgeCount = split?.count
        answer.nextCursor = page.next?.text
        answer.members = page.members.map {
            Member(
                id: $0.string, firstSeen: TimestampText.print($0.firstSeen),
                anchor: $0.key == customer.id.anchor)
        }
        var links: [LinkAnswer] = []
        for link in page.links {
            let (a, b) = (try store.text(of: link.a), try store.text(of: link.b))
            var shown = LinkAnswer(link, a: a, b: b)
            shown.bridge = split?.holds(LinkPosition(a: link.a, b: link.b))
            links.append(shown)
        }
        answer.links = links
        return answer
    }

    private func print(_ answer: Answer) {
        guard let customer = answer.customerID else {
            Output.line("\(Escaping.terminal(id.utf8))\n  not found")
            return
        }
        Output.line("customer \(customer)")
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

/// Some of a component's members, then links.
struct ComponentPage {
    private(set) var members: [MemberView] = []
    private(set) var links: [LinkView] = []
    /// Where the next page goes on; nil behind the last.
    private(set) var next: Cursor?

    /// The page of at most `limit` members and links behind `place`.
    init(
        of key: NodeKey, from place: Cursor?, limit: Int, in store: OpenStore
    ) throws(CommandEnd) {
        var after: LinkPosition?
        if case .link(let link) = place {
            after = link
        } else {
            var last: MemberPosition?
            if case .member(let member) = place { last = member }
            let page = try store.memberPage(withMember: key, after: last, limit: limit)
            members = page.members
            if let more = page.next {
                next = .member(more)
                return
            }
        }
        let room = limit - members.count
        let page = try store.linkPage(withMember: key, after: after, limit: max(room, 1))
        guard room > 0 else {
            if !page.links.isEmpty { next = .link(nil) }
            return
        }
        links = page.links
        if let more = page.next { next = .link(more) }
    }
}

extension [LinkPosition] {
    /// Whether a sorted list holds a place.
    func holds(_ place: LinkPosition) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == place
    }
}
