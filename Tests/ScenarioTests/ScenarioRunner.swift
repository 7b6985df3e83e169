import GraphCore
import IdentityModel
import NodeRuntime
import ProfileCore
import TestSupport

/// Runs a scenario's commands and prints what they say.
///
///     link|unlink|ban|unban A B [ts=N] [source=S] [reason=WORDS]
///     observe A [ts=N] [source=S] [id=EVENT] [NAME=VALUE ...]
///     rules NAME=RULE ...    puts survivorship rules in force (`ProfileWords`)
///     profile A      the values of A's customer, each with where it came from
///     customers      every customer by its anchor, with its identifiers
///     resolve A      the customer of A
///     explain A B    the path of live links, or that there is none
///     evidence A B   what each source says of the pair
///     component A    identifiers and links of A's customer
///     counters       what the graph holds and has done
///     checkpoint     writes one       reopen    opens the store again
///     fresh          an empty store   digest as=N | is=N    keeps it, or compares
///
/// An event prints the customers after it, and whether any merged or split.
struct ScenarioRunner {
    private(set) var store: ScenarioStore
    private var digests: [String: Digest] = [:]

    init() throws { store = try ScenarioStore() }

    /// What a command prints.
    mutating func run(_ line: String) throws -> [String] {
        let command = try ScenarioCommand(line)
        if let operation = LinkOperation.allCases.first(where: { $0.word == command.word }) {
            return try event(operation, command)
        }
        switch command.word {
        case "customers": return try customers()
        case "resolve": return [try resolve(command.name(0))]
        case "explain": return try explain(command.name(0), command.name(1))
        case "evidence": return try evidence(command.name(0), command.name(1))
        case "component": return try component(command.name(0))
        case "rules":
            try store.put(try command.others.map(ProfileWords.rule))
            return ["version \(store.rules.version)"]
        case "profile": return try profile(command.name(0))
        case "counters": return [counters()]
        case "digest": return [try digest(command)]
        case "checkpoint":
            try store.runtime.checkpoint()
            return ["at record \(store.runtime.position)"]
        case "reopen":
            try store.reopen()
            let behind = store.runtime.tailRecords
            return ["at record \(store.runtime.position), \(behind) folded again"]
        case "fresh":
            store = try ScenarioStore()
            return ["empty"]
        default: throw Scenario.Malformed(description: "no such command: \(line)")
        }
    }

    // MARK: Events

    private func event(_ operation: LinkOperation, _ command: ScenarioCommand) throws -> [String] {
        let before = store.runtime.counters
        try store.append(
            TestEvent(
                operation, store.end(command.name(0)),
                operation == .observe ? nil : store.end(command.name(1)),
                at: command.number("ts") ?? 0, source: command.text("source") ?? "default",
                reason: command.text("reason") ?? "", eventID: command.text("id") ?? "",
                attributes: command.others.isEmpty ? [] : ProfileWords.block(command.others)))
        let after = store.runtime.counters
        var line = Self.count(after.customers, "customer")
        if after.merges > before.merges { line += ", merged" }
        if after.splits > before.splits { line += ", split" }
        return [line]
    }

    // MARK: Questions

    private func customers() throws -> [String] {
        var seen: [NodeKey] = []
        var lines: [String] = []
        for name in store.allNames {
            guard let view = try store.customer(name), !seen.contains(view.id.anchor) else {
                continue
            }
            seen.append(view.id.anchor)
            let members = try store.members(name).map { store.name($0.key) }
            lines.append("\(store.name(view.id.anchor)): \(members.joined(separator: " "))")
        }
        return lines.isEmpty ? ["none"] : lines.sorted()
    }

    private func resolve(_ name: String) throws -> String {
        guard let view = try store.customer(name) else { return "\(name) is unknown" }
        let size = Self.count(UInt64(view.identifierCount), "identifier")
        return "\(name) is \(store.name(view.id.anchor)), \(size)"
    }

    private func explain(_ one: String, _ other: String) throws -> [String] {
        guard let path = try store.path(one, other) else { return ["not one customer"] }
        guard path.count > 1 else { return ["one identifier"] }
        return try zip(path, path.dropFirst()).map { left, right in
            let (first, second) = (store.name(left), store.name(right))
            let words = try store.link(first, second).map(Self.words) ?? "no evidence"
            return "\(first) - \(second): \(words)"
        }
    }

    private func evidence(_ one: String, _ other: String) throws -> [String] {
        guard let link = try store.link(one, other) else { return ["nothing is known"] }
        let first =
            link.firstLinked == .never
            ? "never linked" : "first linked at \(link.firstLinked.milliseconds)"
        return ["\(link.isLive ? "live" : "not live"), \(first)"] + link.words.map(Self.word)
    }

    private func component(_ name: String) throws -> [String] {
        let members = try store.members(name)
        guard !members.isEmpty else { return ["\(name) is unknown"] }
        let links = try store.links(name).map { link in
            let ends = [store.name(link.a), store.name(link.b)].sorted()
            return "\(ends[0]) - \(ends[1]): \(link.isLive ? "" : "not live: ")\(Self.words(link))"
        }
        return members.map { member in
            "\(store.name(member.key)) priority \(member.priority), first seen "
                + "\(member.firstSeen.milliseconds)"
        } + links.sorted()
    }

    private func profile(_ name: String) throws -> [String] {
        let values = try store.profile(name)
        return values.isEmpty
            ? ["empty"] : values.map { "\($0.name) = \($0.value), \($0.origin)" }
    }

    private func counters() -> String {
        let counters = store.runtime.counters
        return [
            Self.count(counters.identifiers, "identifier"),
            Self.count(counters.customers, "customer"), Self.count(counters.pairs, "pair"),
            Self.count(counters.liveLinks, "live link"), Self.count(counters.merges, "merge"),
            Self.count(counters.splits, "split"),
        ].joined(separator: ", ")
    }

    private mutating func digest(_ command: ScenarioCommand) throws -> String {
        let digest = store.runtime.digest
        if let name = command.text("as") {
            digests[name] = digest
            return "kept as \(name)"
        }
        guard let name = command.text("is"), let kept = digests[name] else {
            throw Scenario.Malformed(description: "digest needs as=NAME, or is= a kept NAME")
        }
        return digest == kept ? "the same as \(name)" : "not the same as \(name)"
    }

    // MARK: Texts

    private static func count(_ number: UInt64, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func word(_ word: WordView) -> String {
        let text = "\(String(decoding: word.source, as: UTF8.self)) \(word.operation.word)"
        let reason = String(decoding: word.reason, as: UTF8.self)
        return "\(text) at \(word.time.milliseconds)" + (reason.isEmpty ? "" : " (\(reason))")
    }

    private static func words(_ link: LinkView) -> String {
        link.words.map(word).joined(separator: "; ")
    }
}

/// A command's word, names and options.
struct ScenarioCommand {
    let line: String
    let word: String
    private let names: [String]
    private let options: [(name: String, value: String)]
    /// What `observe` and `rules` say beside their options, in order.
    let others: [(name: String, value: String)]

    private static let known = ["ts", "source", "reason", "id", "as", "is", "entries"]

    init(_ line: String) throws {
        self.line = line
        var names: [String] = []
        var options: [(name: String, value: String)] = []
        for part in line.split(separator: " ") {
            if let equals = part.firstIndex(of: "=") {
                let value = part[part.index(after: equals)...]
                options.append(
                    (String(part[..<equals]), String(value.map { $0 == "_" ? " " : $0 })))
            } else {
                names.append(String(part))
            }
        }
        guard let word = names.first else {
            throw Scenario.Malformed(description: "an empty command")
        }
        others = options.filter { !Self.known.contains($0.name) }
        guard others.isEmpty || word == "observe" || word == "rules" else {
            throw Scenario.Malformed(description: "an unknown option: \(line)")
        }
        self.word = word
        self.names = Array(names.dropFirst())
        self.options = options.filter { Self.known.contains($0.name) }
    }

    func name(_ place: Int) throws -> String {
        guard names.indices.contains(place) else {
            throw Scenario.Malformed(description: "an identifier is missing: \(line)")
        }
        return names[place]
    }

    func text(_ option: String) -> String? { options.first { $0.name == option }?.value }

    func number(_ option: String) throws -> Int64? {
        guard let text = text(option) else { return nil }
        guard let number = Int64(text) else {
            throw Scenario.Malformed(description: "not a number: \(line)")
        }
        return number
    }
}
