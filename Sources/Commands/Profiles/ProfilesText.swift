internal import Answers

/// Survivorship rules for a person.
enum ProfilesText {
    /// What they come to, in a sentence.
    static func sum(_ answer: ProfilesAnswer) -> String {
        let count = "\(answer.rules) rule\(answer.rules == 1 ? " takes" : "s take")"
        return "\(count) \(answer.units) of \(answer.unitLimit) units; attributes without a rule "
            + (answer.profiles.strict
                ? "are not kept"
                : "are kept by last, up to \(answer.unitLimit - answer.units) of an identifier")
    }

    /// The rules in a table: the value's name, and how it comes about.
    static func list(_ profiles: ProfilesForm) -> [String] {
        let rows = profiles.attributes.map { (Escaping.terminal($0.name.utf8), words(of: $0)) }
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { "  " + $0.padding(to: width + 2) + $1 }
    }

    private static func words(of attribute: ProfilesForm.Attribute) -> String {
        var words = attribute.rule
        if let from = attribute.from { words += " of " + Escaping.terminal(from.utf8) }
        if let type = attribute.type { words += " as \(type)" }
        if let window = attribute.window { words += " within \(window)" }
        if let cap = attribute.cap { words += " of at most \(cap)" }
        if let sources = attribute.sources { words += " by " + list(sources) }
        if let setOnce = attribute.setOnce { words += ", set once by " + list(setOnce) }
        return attribute.sensitive == true ? words + ", sensitive" : words
    }

    private static func list(_ sources: [String]) -> String {
        sources.map { Escaping.terminal($0.utf8) }.joined(separator: ", ")
    }

    // MARK: As a file

    /// The rules in force as a profiles.yaml that says the same.
    static func file(_ answer: ProfilesAnswer) -> [String] {
        let profiles = answer.profiles
        let head = [
            "# version \(answer.version ?? 0): \(sum(answer))", "strict: \(profiles.strict)",
        ]
        guard !profiles.attributes.isEmpty else { return head + ["attributes: []"] }
        return head + ["attributes:"] + profiles.attributes.map { "  - {\(members(of: $0))}" }
    }

    private static func members(of attribute: ProfilesForm.Attribute) -> String {
        var members = ["name: \(scalar(attribute.name))", "rule: \(attribute.rule)"]
        if let from = attribute.from { members.append("from: \(scalar(from))") }
        if let type = attribute.type { members.append("type: \(type)") }
        if let setOnce = attribute.setOnce { members.append("set_once: \(sequence(setOnce))") }
        if let sources = attribute.sources { members.append("sources: \(sequence(sources))") }
        if let cap = attribute.cap { members.append("cap: \(cap)") }
        if let window = attribute.window { members.append("window: \(window)") }
        if attribute.sensitive == true { members.append("sensitive: true") }
        return members.joined(separator: ", ")
    }

    private static func sequence(_ words: [String]) -> String {
        "[" + words.map(scalar).joined(separator: ", ") + "]"
    }

    /// Words that a reader of YAML takes for something else, unless they are in quotes.
    private static let reserved = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]

    /// A word as YAML writes it: as it is where no reader could take it for anything else, else in
    /// quotes.
    private static func scalar(_ word: String) -> String {
        let isPlain =
            word.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_.-]*/) != nil
            && !reserved.contains(word.lowercased())
        return isPlain ? word : quoted(word)
    }

    private static func quoted(_ word: String) -> String {
        var text = "\""
        for scalar in word.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case _ where isEscaped(scalar):
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// What would move the cursor, and what YAML does not take as it is; all below U+10000.
    private static func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
        Escaping.isHidden(scalar) || scalar.value == 0xfeff || (0xfffe...0xffff) ~= scalar.value
    }
}
