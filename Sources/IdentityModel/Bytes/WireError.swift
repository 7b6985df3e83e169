/// Bytes that are not what their place says they are.
@usableFromInline package struct WireError: Error, Equatable, Sendable {
    /// What went wrong.
    package enum Code: Sendable {
        /// The bytes end early, contradict themselves, or fail their checksum.
        case damaged
        /// They are of a later format than this program reads.
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
