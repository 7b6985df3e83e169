internal import Foundation
internal import Yams

/// A mapping of a YAML file, read strictly: unknown keys and wrong types are errors that name the
/// file and the line.
struct YAMLNode {
    private let path: String
    private let node: Node

    /// The root mapping of a file; an empty file is an empty mapping.
    static func parse(_ data: Data, _ path: String) throws(CommandEnd) -> YAMLNode {
        guard let text = String(data: data, encoding: .utf8) else {
            throw .failed("\(path) is not UTF-8", remedy: "save it as UTF-8")
        }
        do {
            let node = try compose(yaml: text)
            guard let node, node.null == nil else {
                return YAMLNode(path: path, node: .mapping(Node.Mapping([])))
            }
            return try YAMLNode(path: path, node: node).mapping()
        } catch let error as CommandEnd {
            throw error
        } catch {
            throw .failed(path + describe(error), remedy: "correct the file")
        }
    }

    /// What is to stand behind the file's name: the line, where it is known, and the problem.
    private static func describe(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return ":\(mark.line): not YAML: \(oneLine(problem))"
        case .reader(let problem, _, _, _): return " is not YAML: \(oneLine(problem))"
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = oneLine(duplicates.joined(separator: "', '"))
            return ":\(context.mark.line): '\(keys)' stands here and again below"
        default: return " is not YAML: \(oneLine(String(describing: error)))"
        }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private func mapping() throws(CommandEnd) -> YAMLNode {
        guard node.mapping != nil else { throw wrong("a mapping ('key: value') is expected") }
        return self
    }

    /// Refuses keys that are not among `known`, and keys that stand twice.
    func allow(_ known: [String]) throws(CommandEnd) {
        var seen: [String] = []
        for (key, _) in node.mapping ?? Node.Mapping([]) {
            guard let name = key.string, known.contains(name) else {
                throw wrong(
                    "the key '\(key.string ?? "?")' is unknown; known are "
                        + known.joined(separator: ", "), at: key)
            }
            guard !seen.contains(name) else {
                throw wrong("the key '\(name)' stands twice", at: key)
            }
            seen.append(name)
        }
    }

    /// Refuses keys that are there and have no value, where that may be an oversight.
    func refuseEmptyKeys() throws(CommandEnd) {
        for (key, value) in node.mapping ?? Node.Mapping([]) where value.null != nil {
            throw wrong(
                "'\(key.string ?? "?")' has no value: give one, or leave the key out", at: key)
        }
    }

    /// Whether a key is there, with a value.
    func has(_ key: String) -> Bool { value(key) != nil }

    /// The mappings of a list; empty where the key is absent.
    func list(_ key: String) throws(CommandEnd) -> [YAMLNode] {
        guard let value = value(key) else { return [] }
        guard let sequence = value.sequence else { throw wrong("'\(key)' must be a list") }
        var entries: [YAMLNode] = []
        for entry in sequence { entries.append(try YAMLNode(path: path, node: entry).mapping()) }
        return entries
    }

    /// The words of a list, of which there may be so many; empty where the key is absent.
    func strings(_ key: String, atMost limit: Int = .max) throws(CommandEnd) -> [String] {
        guard let value = value(key) else { return [] }
        guard let sequence = value.sequence else { throw wrong("'\(key)' must be a list") }
        guard sequence.count <= limit else {
            throw wrong(
                "'\(key)' holds \(sequence.count) words, \(limit) are allowed", at: value)
        }
        var strings: [String] = []
        for entry in sequence {
            guard let string = Self.word(entry) else {
                throw wrong("'\(key)' must hold words\(Self.hint)", at: entry)
            }
            strings.append(string)
        }
        return strings
    }

    /// A word; nil where the key is absent.
    func string(_ key: String) throws(CommandEnd) -> String? {
        guard let value = value(key) else { return nil }
        guard let string = Self.word(value) else {
            throw wrong("'\(key)' must be a word\(Self.hint)", at: value)
        }
        return string
    }

    /// What is to be said of a scalar that others would read as something else than a word.
    private static let hint = " (in quotes, if it reads like a number, a date, yes or no)"

    /// A scalar that every reader of YAML takes for a string.
    private static func word(_ node: Node) -> String? {
        node.scalar != nil && node.tag == Tag(.str) ? node.string : nil
    }

    /// A word, number or truth value as it is written, and its place ("kindred.yaml:3"); nil where
    /// the key is absent.
    func text(_ key: String) throws(CommandEnd) -> (text: String, place: String)? {
        guard let value = value(key) else { return nil }
        guard let scalar = value.scalar else {
            throw wrong("'\(key)' must be one value, not a list or a mapping", at: value)
        }
        return (scalar.string, place(of: value))
    }

    /// An integer; nil where the key is absent.
    func integer(_ key: String) throws(CommandEnd) -> Int? {
        guard let value = value(key) else { return nil }
        guard let integer = value.int else {
            throw wrong("'\(key)' must be a whole number", at: value)
        }
        return integer
    }

    /// A boolean; nil where the key is absent.
    func boolean(_ key: String) throws(CommandEnd) -> Bool? {
        guard let value = value(key) else { return nil }
        guard value.tag == Tag(.bool), let boolean = value.bool else {
            throw wrong("'\(key)' must be true or false", at: value)
        }
        return boolean
    }

    /// The failure that says what is wrong here, and where.
    func wrong(_ what: String) -> CommandEnd { wrong(what, at: node) }

    /// The failure that says what is wrong with a key's value, and where.
    func wrong(_ what: String, at key: String) -> CommandEnd {
        wrong(what, at: value(key) ?? node)
    }

    private func wrong(_ what: String, at node: Node) -> CommandEnd {
        .failed("\(place(of: node)): \(what)", remedy: "correct the file")
    }

    private func place(of node: Node) -> String {
        path + (node.mark.map { ":\($0.line)" } ?? "")
    }

    private func value(_ key: String) -> Node? {
        guard let value = node.mapping?[key], value.null == nil else { return nil }
        return value
    }
}
