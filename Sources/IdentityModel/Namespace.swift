/// How a value is brought to one form before it is hashed. Each step is part of the store's
/// identity: a changed rule would give one person two keys.
package enum NormalizationStep: String, Sendable, CaseIterable {
    /// Unicode White_Space goes from both ends.
    case trim
    /// `String.lowercased()`: full Unicode case mapping, no composition.
    case lowercase
    /// A telephone number as E.164 writes it: optional + and 7 to 15 digits.
    case e164
}

/// A kind of identifier (`email`, `cookie`, `loyalty`) and how its values are treated.
package struct Namespace: Equatable, Sendable {
    /// Matches `[a-z][a-z0-9_]{0,31}`.
    package let name: String
    /// Lower is stronger: the anchor is chosen by it first.
    package let priority: UInt16
    /// Applied in order.
    package let normalization: [NormalizationStep]
    /// Whether values are masked where nobody asked to see them.
    package let isSensitive: Bool

    /// The priority of a namespace that nobody named.
    package static let unnamedPriority: UInt16 = 100

    /// A namespace with its rules; `name` must be valid.
    package init(
        name: String, priority: UInt16 = Namespace.unnamedPriority,
        normalization: [NormalizationStep] = [], isSensitive: Bool = false
    ) {
        precondition(Namespace.isValid(name.utf8), "a namespace name is checked where it is read")
        self.name = name
        self.priority = priority
        self.normalization = normalization
        self.isSensitive = isSensitive
    }

    /// Whether `bytes` match `[a-z][a-z0-9_]{0,31}`.
    package static func isValid(_ bytes: some Sequence<UInt8>) -> Bool {
        var count = 0
        for byte in bytes {
            let isLetter = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            guard isLetter || (count > 0 && (isDigit || byte == UInt8(ascii: "_"))) else {
                return false
            }
            count += 1
        }
        return count > 0 && count <= EventLimits.namespaceBytes
    }
}

/// The namespaces of a store: the named ones in order, and whether others are refused.
package struct NamespaceTable: Equatable, Sendable {
    /// The named namespaces, each name once.
    package let namespaces: [Namespace]
    /// Whether an event with a namespace that is not named is refused.
    package let isStrict: Bool

    /// No names, and every valid namespace is accepted.
    package static let open = NamespaceTable(namespaces: [], isStrict: false)

    /// A table of `namespaces`, whose names must differ.
    package init(namespaces: [Namespace], isStrict: Bool) {
        precondition(
            Set(namespaces.map(\.name)).count == namespaces.count,
            "names are checked where they are read")
        self.namespaces = namespaces
        self.isStrict = isStrict
    }

    /// The namespace of that name, if it is named.
    package func named(_ name: String) -> Namespace? {
        namespaces.first { $0.name.utf8.elementsEqual(name.utf8) }
    }
}
