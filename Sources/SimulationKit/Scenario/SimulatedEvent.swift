package import IdentityModel

/// An event of a run: identifiers, sources and reasons by their numbers.
package struct SimulatedEvent: Equatable, Sendable {
    /// What it says.
    package var operation: LinkOperation
    /// The lesser end, or the identifier that was seen.
    package var a: Int
    /// The greater end; equal to `a` for observe.
    package var b: Int
    /// Who says it, from 0.
    package var source: Int
    /// Why, from 1; 0 for none.
    package var reason: Int
    /// When it happened, in milliseconds since 1970.
    package var time: Int64
    /// What it says of the identifier that was seen; nil: nothing more. Of observe events only.
    package var attributes: SaidAttributes?

    /// An event with its members; the ends come in any order.
    package init(
        _ operation: LinkOperation, _ one: Int, _ other: Int, source: Int = 0, reason: Int = 0,
        time: Int64
    ) {
        self.operation = operation
        a = min(one, other)
        b = operation == .observe ? a : max(one, other)
        self.source = source
        self.reason = reason
        self.time = time
    }
}
