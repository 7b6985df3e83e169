/// An invariant does not hold: the machine, or what performs its contract, fails.
package struct Violation: Error, Equatable, Sendable {
    /// What does not hold, in one sentence.
    package let reason: String

    /// A violation with its sentence.
    package init(_ reason: String) { self.reason = reason }
}

/// Throws `Violation` unless the condition holds; the sentence is made only then.
@inline(__always)
func require(
    _ condition: Bool, _ reason: @autoclosure () -> String
) throws(Violation) {
    guard condition else { throw Violation(reason()) }
}
