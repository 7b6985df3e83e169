package import IdentityModel

/// One change of a customer, as the feed tells it. Whoever folds the changes of each customer in
/// the order of their versions holds what the graph holds.
package struct CustomerChange: Equatable, Sendable {
    /// What happened.
    package var kind: Kind
    /// The customer: the key of the member that names it, or named it.
    package var customer: NodeKey
    /// Rises by one with each change of the customer, for ever, wherever it is hosted.
    package var version: UInt64
    /// Whether `added` is the beginning of all that the customer has, whatever was told before.
    package var isWhole: Bool
    /// The identifiers that left, ordered by key.
    package var removed: [ChangedIdentifier]
    /// The identifiers that came, ordered by key.
    package var added: [ChangedIdentifier]
    /// The values of those that left, one after the other, then of those that came.
    package var values: [UInt8]
    /// Other customers, ordered by key. merged: who went up in it. split: who came out of it, as
    /// far as they are still hosted here. renamed: who it was. retired: who it is now. Else none.
    package var others: [NodeKey]

    /// The customer's profile as of this change, in all but retired ones; opaque, empty for none.
    package var profile: [UInt8] = []

    /// What can happen to a customer.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// It is there for the first time, or again.
        case created = 1
        /// Identifiers came, or all that it has is told again. Also how a change that takes several
        /// goes on; only then may identifiers leave by it.
        case updated = 2
        /// Other customers went up in it.
        case merged = 3
        /// Identifiers left it, or it left them: then it is told as a whole.
        case split = 4
        /// It is another customer under a new id.
        case renamed = 5
        /// It is no more; its identifiers are another's.
        case retired = 6
    }

    /// A change that names no identifiers yet.
    package init(
        _ kind: Kind, _ customer: NodeKey, version: UInt64, isWhole: Bool = false,
        others: [NodeKey] = []
    ) {
        self.kind = kind
        self.customer = customer
        self.version = version
        self.isWhole = isWhole
        self.others = others
        removed = []
        added = []
        values = []
    }

    /// Gives each identifier that left with its value, then each that came.
    package func forEachIdentifier(
        _ body: (ChangedIdentifier, _ value: ArraySlice<UInt8>, _ hasCome: Bool) -> Void
    ) {
        var start = 0
        for (identifiers, hasCome) in [(removed, false), (added, true)] {
            for identifier in identifiers {
                let end = start + identifier.valueCount
                body(identifier, values[start..<end], hasCome)
                start = end
            }
        }
    }
}

/// An identifier that came to a customer, or left it. Its value is in its change's `values`.
package struct ChangedIdentifier: Equatable, Sendable {
    /// Its name inside the graph.
    package var key: NodeKey
    /// The graph's number of its namespace.
    package var namespace: UInt32
    /// How many bytes its value has.
    package var valueCount: Int

    /// An identifier with its members.
    package init(key: NodeKey, namespace: UInt32, valueCount: Int) {
        self.key = key
        self.namespace = namespace
        self.valueCount = valueCount
    }
}

/// A component that was touched since the last tick, and what was told of it before.
package struct TouchedComponent: Equatable, Sendable {
    /// The component.
    package var id: ComponentID
    /// The member whose customer was told to have all members but those that are untold, and those
    /// that departed; nil where the component was never told, or that member has left it.
    package var told: NodeKey?
    /// Members that have left since the last tick, ordered by key, and were told as `told`'s.
    package var departed: [ChangedIdentifier]
    /// Their values, one after the other.
    package var values: [UInt8]
    /// The components that they became when they left, or that were left behind where the member
    /// that names the customer left; in the order of their ids.
    package var parts: [ComponentID]

    /// A component that nobody has left yet.
    package init(id: ComponentID, told: NodeKey?) {
        self.id = id
        self.told = told
        departed = []
        values = []
        parts = []
    }
}
