package import GraphCore
package import IdentityModel
internal import NodeRuntime
package import ProfileCore

/// A customer's profile, and where its values came from.
package struct ProfileAnswer: Codable, Equatable, Sendable {
    /// The values by name; those that are sensitive are masked unless they were asked for.
    package var values: [String: ProfileValue] = [:]
    /// Where they came from, by the same names.
    package var provenance: [String: Provenance] = [:]

    /// The profile of nobody of whom anything was observed.
    package init() {}

    /// The profile of a node's customer, asked on the thread of its host.
    ///
    /// - Throws: `StateError`.
    static func of(
        _ key: NodeKey, _ graph: inout IdentityGraph, _ reader: some StateReader, reveal: Bool
    ) throws(StateError) -> ProfileAnswer {
        let fold = try graph.profileFold(withMember: key, reader: reader)
        guard !fold.isEmpty else { return ProfileAnswer() }
        let arithmetic: ProfileArithmetic
        let entries: [ProfileEntry]
        do throws(WireError) {
            arithmetic = ProfileArithmetic(try SurvivorshipRules(inForce: graph.algebra.rules))
            entries = try arithmetic.entries(of: fold.span)
        } catch {
            throw StateError(.damaged, "a customer's profile cannot be read: \(error.reason)")
        }
        var names: [NodeKey: String] = [:]
        for member in entries.flatMap(\.members) where names[member] == nil {
            let found = try graph.members([member], withMember: key, reader: reader)
            names[member] = found[0]?.string ?? member.hexadecimal
        }
        return try ProfileAnswer(entries, masking: reveal ? nil : arithmetic.rules) {
            names[$0] ?? $0.hexadecimal
        }
    }

    /// The profile that entries tell. Values that `rules` call sensitive are masked; `identifier`
    /// gives a member's text.
    ///
    /// - Throws: `StateError`.
    package init(
        _ entries: [ProfileEntry], masking rules: SurvivorshipRules?,
        identifier: (NodeKey) -> String
    ) throws(StateError) {
        for entry in entries {
            let name = String(decoding: entry.name, as: UTF8.self)
            var cursor = ByteCursor(0..<entry.value.count)
            do throws(WireError) {
                let value = try ProfileValue(entry.value.span, &cursor)
                values[name] = rules?.isSensitive(entry.name.span) == true ? .mask : value
            } catch {
                throw StateError(.damaged, "a profile's value cannot be read: \(error.reason)")
            }
            provenance[name] = Provenance(entry.origin, identifier: identifier)
        }
    }
}

extension ProfileEntry {
    /// The members whose words the value is made of.
    fileprivate var members: [NodeKey] {
        switch origin {
        case .word(let word): [word.member]
        case .words(let words, _): words.map(\.member)
        case .events: []
        }
    }
}

/// Where a value of a profile came from.
package struct Provenance: Codable, Equatable, Sendable {
    /// A word that a value is made of.
    package struct Word: Codable, Equatable, Sendable {
        /// Who said it.
        package let source: String
        /// Of which identifier.
        package let identifier: String
        /// When, RFC 3339.
        package let time: String

        init(_ word: ProfileWord, identifier: (NodeKey) -> String) {
            source = String(decoding: word.source, as: UTF8.self)
            self.identifier = identifier(word.member)
            time = TimestampText.print(word.time)
        }
    }

    /// Of a value that one word gives: who said it.
    package var source: String?
    /// Of which identifier.
    package var identifier: String?
    /// When, RFC 3339.
    package var time: String?
    /// Of a set: the words of its elements, in their order.
    package var elements: [Word]?
    /// Of a count, a sum or a most frequent value: how many events of the window it is made of.
    package var events: Int?
    /// The first of them, RFC 3339.
    package var first: String?
    /// The last of them, RFC 3339.
    package var last: String?
    /// Whether no more can be remembered, so that there may have been more.
    package var isFull: Bool?

    private enum CodingKeys: String, CodingKey {
        case source, identifier, time, elements, events, first, last
        case isFull = "full"
    }

    init(_ origin: ProfileEntry.Origin, identifier: (NodeKey) -> String) {
        switch origin {
        case .word(let word):
            let said = Word(word, identifier: identifier)
            (source, self.identifier, time) = (said.source, said.identifier, said.time)
        case .words(let words, let isFull):
            elements = words.map { Word($0, identifier: identifier) }
            if isFull { self.isFull = true }
        case .events(let count, let first, let last, let isFull):
            events = count
            self.first = TimestampText.print(first)
            self.last = TimestampText.print(last)
            if isFull { self.isFull = true }
        }
    }

    /// The same for people, on one line.
    package var text: String {
        let full = isFull == true ? ", and there may have been more" : ""
        if let events {
            let span = "\(first ?? "") to \(last ?? "")"
            return "\(events) event\(events == 1 ? "" : "s"), \(span)\(full)"
        }
        if let elements {
            let sources = Set(elements.map(\.source)).sorted().joined(separator: ", ")
            return "\(elements.count) values by \(sources)\(full)"
        }
        return "\(source ?? "") of \(identifier ?? "") at \(time ?? "")"
    }
}
