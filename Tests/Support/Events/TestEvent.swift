internal import GraphCore
package import IdentityModel

/// An identifier of a test's event.
package struct TestEnd: Hashable, Sendable {
    /// Its namespace.
    package let namespace: String
    /// Its normalised value.
    package let value: String
    /// Its name inside the graph.
    package let key: NodeKey

    /// The identifier of that key.
    package init(namespace: String, value: String, key: NodeKey) {
        self.namespace = namespace
        self.value = value
        self.key = key
    }

    /// The identifier under the tests' own key function: two seeded hashes of "namespace:value".
    package init(_ namespace: String, _ value: String) {
        let text = Array("\(namespace):\(value)".utf8)
        self.init(
            namespace: namespace, value: value,
            key: NodeKey(
                high: Mixing.hash(text.span, seed: 1), low: Mixing.hash(text.span, seed: 2)))
    }
}

/// An event as a test writes it: texts and all.
package struct TestEvent: Equatable, Sendable {
    /// What it says.
    package var operation: LinkOperation
    /// One end, or the identifier that was seen.
    package var a: TestEnd
    /// The other end; nil for observe.
    package var b: TestEnd?
    /// When it happened, in milliseconds since 1970.
    package var time: Int64
    /// Who says it.
    package var source: String
    /// Why, in a person's words; empty for none.
    package var reason: String
    /// Its own id; empty for none.
    package var eventID: String
    /// What an observe says, a block of attributes; empty for nothing.
    package var attributes: [UInt8]

    /// An event with its members.
    package init(
        _ operation: LinkOperation, _ a: TestEnd, _ b: TestEnd? = nil, at time: Int64 = 0,
        source: String = "default", reason: String = "", eventID: String = "",
        attributes: [UInt8] = []
    ) {
        precondition((b == nil) == (operation == .observe), "pairs have two ends")
        precondition(b == nil || attributes.isEmpty, "observes have attributes")
        self.operation = operation
        self.a = a
        self.b = b
        self.time = time
        self.source = source
        self.reason = reason
        self.eventID = eventID
        self.attributes = attributes
    }

    /// The same event with its ends swapped.
    package var swapped: TestEvent {
        guard let b else { return self }
        return TestEvent(
            operation, b, a, at: time, source: source, reason: reason, eventID: eventID)
    }

    /// The ends in canonical order, the lesser key first; one end for observe.
    package var ends: [TestEnd] {
        guard let b else { return [a] }
        return a.key < b.key ? [a, b] : [b, a]
    }
}
