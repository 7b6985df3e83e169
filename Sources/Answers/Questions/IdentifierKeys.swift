package import IdentityModel
package import NodeKeys
package import WireFormat

/// Gives identifiers their keys. It is a store's for its whole life.
package struct IdentifierKeys: Sendable {
    /// The store's namespaces, which say how values are normalised.
    package let namespaces: NamespaceTable
    /// The hash under the store's key.
    package let hasher: NodeKeyHasher
    /// Made once: each reader starts as a copy of it.
    private let parser: IdentifierParser

    /// Keys under a store's namespaces and key.
    package init(namespaces: NamespaceTable, hasher: NodeKeyHasher) {
        self.namespaces = namespaces
        self.hasher = hasher
        parser = IdentifierParser(namespaces: namespaces)
    }

    /// A reader for many questions, which keeps its buffers from one to the next.
    package var reader: QuestionReader { QuestionReader(hasher: hasher, parser: parser) }

    /// Reads a word that names an identifier or a customer.
    ///
    /// - Throws: `QuestionRefusal` that says what would be right.
    package func question(_ text: String) throws(QuestionRefusal) -> Question {
        var reader = reader
        return try reader.question(text)
    }

    /// Reads a word that must be an identifier: its key and its normalised text.
    ///
    /// - Throws: `QuestionRefusal` that says what would be right.
    package func identifier(
        _ text: String
    ) throws(QuestionRefusal) -> (key: NodeKey, identifier: NormalizedIdentifier) {
        var parser = parser
        switch parser.parse(text) {
        case .identifier(let identifier): return (hasher.hash(identifier.bytes.span), identifier)
        case .rejected(let rejected): throw QuestionRefusal(rejected)
        }
    }
}

/// Reads questions one after the other.
package struct QuestionReader: Sendable {
    private let hasher: NodeKeyHasher
    private var parser: IdentifierParser

    init(hasher: NodeKeyHasher, parser: IdentifierParser) {
        self.hasher = hasher
        self.parser = parser
    }

    /// Reads a word that names an identifier or a customer.
    ///
    /// - Throws: `QuestionRefusal` that says what would be right.
    package mutating func question(_ text: String) throws(QuestionRefusal) -> Question {
        if let key = try Self.customer(text) {
            return Question(text: text, key: key, isCustomer: true)
        }
        if let rejected = parser.read(Array(text.utf8).span) { throw QuestionRefusal(rejected) }
        let key = parser.withNormalized { hasher.hash($0) }
        return Question(text: text, key: key, isCustomer: false)
    }

    /// The key of a word that names a customer; nil for one that has a colon, and so names an
    /// identifier.
    ///
    /// - Throws: `QuestionRefusal` for a word that can name neither.
    package static func customer(_ text: String) throws(QuestionRefusal) -> NodeKey? {
        if text.utf8.contains(UInt8(ascii: ":")) { return nil }
        if let key = NodeKey(hexadecimal: text) { return key }
        throw QuestionRefusal(
            word: QuestionRefusal.badID, message: "the id is \(QuestionRefusal.neither)")
    }
}
