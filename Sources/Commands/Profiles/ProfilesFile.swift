internal import Answers
internal import Foundation
internal import IdentityModel
internal import NodeRuntime
internal import ProfileCore

/// A `profiles.yaml`, or the same as JSON: by which rules a customer's profile is made of what was
/// observed. docs/profiles.schema.json says the same for editors.
struct ProfilesFile {
    /// What it says; the version is 0.
    let rules: SurvivorshipRules
    /// Its bytes, for a node that is to read it too.
    let text: Data

    /// Reads a file, once: it may be a pipe.
    ///
    /// - Throws: `CommandEnd` that names the file, the line and what is wrong there.
    init(_ path: String) throws(CommandEnd) {
        guard let text = SmallFiles.read(path) else {
            throw .failed(
                "cannot read \(path)", remedy: "name a readable YAML file of at most 1 MiB")
        }
        try self.init(text, called: path)
    }

    /// Reads bytes, at most 1 MiB; errors call them `name`.
    ///
    /// - Throws: `CommandEnd` that names the line and what is wrong there.
    init(_ text: Data, called name: String) throws(CommandEnd) {
        guard text.count <= SmallFiles.readBytes else {
            throw .failed(
                "\(name) has \(text.count) bytes", remedy: "make it at most 1 MiB")
        }
        rules = try Self.rules(YAMLNode.parse(text, name))
        self.text = text
    }

    /// The rules that a request's body says, at most 1 MiB of YAML or JSON.
    static func rules(inBody text: [UInt8]) -> Result<SurvivorshipRules, ServingError> {
        do throws(CommandEnd) {
            return .success(try ProfilesFile(Data(text), called: "body").rules)
        } catch {
            return .failure(.malformed(message: error.message ?? "the body says no rules"))
        }
    }

    private static func rules(_ root: YAMLNode) throws(CommandEnd) -> SurvivorshipRules {
        try root.allow(["strict", "attributes"])
        try root.refuseEmptyKeys()
        guard root.has("attributes") else {
            throw root.wrong("'attributes' is missing: give a list of rules, [] for none")
        }
        let isStrict = try root.boolean("strict") ?? false
        let entries = try root.list("attributes")
        guard entries.count <= ProfileLimits.rules else {
            throw root.wrong(
                "'attributes' holds \(entries.count) rules, \(ProfileLimits.rules) are allowed")
        }
        var attributes: [AttributeRule] = []
        for entry in entries {
            let attribute = try attribute(entry)
            guard !attributes.contains(where: { $0.name == attribute.name }) else {
                let name = String(decoding: attribute.name, as: UTF8.self)
                throw entry.wrong(
                    "a rule for '\(name)' stands above already: give one of them another name, "
                        + "and in 'from' the attribute that it is made of")
            }
            attributes.append(attribute)
        }
        do throws(RulesFault) {
            return try SurvivorshipRules(
                version: 0, isStrict: isStrict, attributes: attributes)
        } catch {
            throw root.wrong(error.message)
        }
    }

    private static func attribute(_ entry: YAMLNode) throws(CommandEnd) -> AttributeRule {
        try entry.allow(
            ["name", "from", "type", "sensitive", "rule"] + RuleOption.allCases.map(\.rawValue))
        try entry.refuseEmptyKeys()
        guard let name = try name("name", entry) else {
            throw entry.wrong("a rule needs 'name': what the profile's value is called")
        }
        let attribute = AttributeRule(
            name: name, from: try Self.name("from", entry), type: try type(entry),
            isSensitive: try entry.boolean("sensitive") ?? false, rule: try rule(entry))
        do throws(RulesFault) {
            _ = try SurvivorshipRules(version: 0, attributes: [attribute])
        } catch {
            throw entry.wrong(error.message)
        }
        return attribute
    }

    private static func name(_ key: String, _ entry: YAMLNode) throws(CommandEnd) -> [UInt8]? {
        guard let text = try entry.string(key) else { return nil }
        let name = Array(text.utf8)
        if let rejected = AttributeNames.rejected(name.span) {
            throw entry.wrong("'\(key)': \(rejected.message)", at: key)
        }
        return name
    }

    private static func type(_ entry: YAMLNode) throws(CommandEnd) -> AttributeType? {
        guard let text = try entry.string("type") else { return nil }
        guard let type = AttributeType(word: text) else {
            let words = AttributeType.allCases.map(\.word)
            throw wrong(text, "type of values", words, entry, at: "type")
        }
        return type
    }

    private static func rule(_ entry: YAMLNode) throws(CommandEnd) -> SurvivorshipRule {
        let words = RuleWord.allCases.map(\.rawValue)
        guard let text = try entry.string("rule") else {
            throw entry.wrong("'rule' is missing: give one of \(words.joined(separator: ", "))")
        }
        guard let word = RuleWord(rawValue: text) else {
            throw wrong(text, "rule", words, entry, at: "rule")
        }
        for option in RuleOption.allCases
        where entry.has(option.rawValue) && !word.options.contains(option) {
            let others = RuleWord.allCases.filter { $0.options.contains(option) }.map(\.rawValue)
            throw entry.wrong(
                "'\(option.rawValue)' does not belong to the rule \(text), only to "
                    + "\(others.joined(separator: ", ")): leave it out", at: option.rawValue)
        }
        switch word {
        case .last: return .last(setOnce: try sources(.setOnce, entry) ?? [])
        case .first, .setOnce: return .first
        case .max: return .max
        case .min: return .min
        case .mostTrusted: return .mostTrusted(ranking: try sources(.sources, entry) ?? [])
        case .set:
            return .set(cap: try entry.integer("cap") ?? ProfileLimits.setElementsUnlessTold)
        case .count: return .count(windowSeconds: try window(entry))
        case .sum: return .sum(windowSeconds: try window(entry))
        case .mostFrequent: return .mostFrequent(windowSeconds: try window(entry))
        }
    }

    private static func sources(
        _ option: RuleOption, _ entry: YAMLNode
    ) throws(CommandEnd) -> [[UInt8]]? {
        let key = option.rawValue
        guard entry.has(key) else { return nil }
        let sources = try entry.strings(key, atMost: ProfileLimits.sources)
        guard !sources.isEmpty else {
            throw entry.wrong("'\(key)' is empty: name sources, or leave it out", at: key)
        }
        return sources.map { Array($0.utf8) }
    }

    private static func window(_ entry: YAMLNode) throws(CommandEnd) -> Int {
        let form = "a number with s, m, h or d, such as 30d; \(ProfileLimits.windowDays)d at most"
        guard let (text, _) = try entry.text("window") else {
            throw entry.wrong("'window' is missing: give \(form)")
        }
        guard let seconds = WindowText.parse(text) else {
            throw entry.wrong(SettingFault(text, isNo: "window", give: form).message, at: "window")
        }
        return seconds
    }

    private static func wrong(
        _ text: String, _ kind: String, _ words: [String], _ entry: YAMLNode, at key: String
    ) -> CommandEnd {
        let remedy = "one of " + words.joined(separator: ", ")
        return entry.wrong(SettingFault(text, isNo: kind, give: remedy).message, at: key)
    }
}
