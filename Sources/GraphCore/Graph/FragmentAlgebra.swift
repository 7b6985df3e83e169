package import IdentityModel

/// What the graph asks of whoever knows what profile fragments mean. To the graph they are bytes
/// that belong to a member: it keeps them, moves them, hashes them and has them joined.
///
/// Function values: an observation costs one call, and the graph stays one type. Each is a function
/// of its arguments alone, and throws where the bytes are damaged.
package struct FragmentAlgebra: Sendable {
    /// Folds an observation into a member's fragment (empty: it has none); says whether that
    /// changed. Commutative, associative and idempotent over observations.
    package var fold: Fold
    /// Joins the fragment of a member into a fold over members (empty: over nobody).
    package var join: Join
    /// What a fold tells: the customer's profile; empty for none.
    package var profile: @Sendable (_ fold: Span<UInt8>) throws(WireError) -> [UInt8]
    /// A fragment as the present rules would have it; nil where it is so already.
    package var converted: @Sendable (_ fragment: Span<UInt8>) throws(WireError) -> [UInt8]?
    /// The part of a fragment that says what was observed; digests hash that.
    package var content: @Sendable (_ fragment: Span<UInt8>) -> Range<Int>

    /// The rules behind it, for whoever shows profiles; opaque.
    package var rules: [UInt8]

    /// See `fold`.
    package typealias Fold =
        @Sendable (_ observation: Span<UInt8>, _ fragment: inout [UInt8]) throws(WireError) -> Bool
    /// See `join`.
    package typealias Join =
        @Sendable (_ fragment: Span<UInt8>, _ member: NodeKey, _ fold: inout [UInt8])
        throws(WireError) -> Void

    /// An algebra with its functions.
    package init(
        rules: [UInt8], fold: @escaping Fold, join: @escaping Join,
        profile: @escaping @Sendable (Span<UInt8>) throws(WireError) -> [UInt8],
        converted: @escaping @Sendable (Span<UInt8>) throws(WireError) -> [UInt8]?,
        content: @escaping @Sendable (Span<UInt8>) -> Range<Int>
    ) {
        self.rules = rules
        self.fold = fold
        self.join = join
        self.profile = profile
        self.converted = converted
        self.content = content
    }

    /// Of a graph that carries fragments, and of which nobody asks what they say.
    package static let none = FragmentAlgebra(
        rules: [], fold: { _, _ in false }, join: { _, _, _ in }, profile: { _ in [] },
        converted: { _ in nil }, content: { 0..<$0.count })
}
