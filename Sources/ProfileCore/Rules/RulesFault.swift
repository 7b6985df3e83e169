/// Why rules are none that a store can have.
package struct RulesFault: Error, Equatable, Sendable {
    /// One sentence for the person who wrote the rules: what is wrong and what would be right.
    package let message: String
}
