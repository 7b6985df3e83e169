/// Why the graph could not read its state.
package struct StateError: Error, Equatable, Sendable {
    /// What went wrong.
    package enum Code: Sendable {
        /// The store could not be read.
        case unreadable
        /// What the store holds contradicts itself.
        case damaged
        /// What the store holds is of a later format than this program reads.
        case newerFormat
    }

    /// What went wrong.
    package let code: Code
    /// One sentence for a person; names no identifier.
    package let reason: String

    /// An error with its sentence.
    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
