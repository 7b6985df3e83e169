/// Why a whole request is refused: nothing of it is taken.
///
/// Its sentence never quotes the body, since a body is full of identifiers.
package struct RequestFault: Error, Equatable, Sendable {
    /// The stable words that programs tell faults by.
    package enum Word: String, Sendable, CaseIterable {
        /// The body is not JSON, or not of a shape that its route reads.
        case malformedJSON = "malformed_json"
        /// The body is not UTF-8.
        case badUTF8 = "bad_utf8"
        /// A value has a JSON type that it may not have.
        case badType = "bad_type"
        /// One object names one key twice.
        case duplicateKey = "duplicate_key"
        /// A key means nothing here; requests are read strictly, unlike events.
        case unknownKey = "unknown_key"
        /// A key that has to be there is not.
        case missingKey = "missing_key"
        /// More ids than `RequestLimits.resolvedIDs`.
        case tooManyIDs = "too_many_ids"
        /// A word of `include` names nothing.
        case unknownInclude = "unknown_include"
        /// The body is longer than `RequestLimits.bodyBytes`.
        case bodyTooLong = "body_too_long"
    }

    /// The stable word.
    package let word: Word
    /// The byte of the body that it is about, from 0; the body's length where bytes are missing.
    package let offset: Int
    /// One sentence for a person: what is wrong and what would be right.
    package let message: String

    /// A fault at a byte, from 0, with what is due there.
    init(_ word: Word, at offset: Int, _ explanation: StaticString) {
        self.word = word
        self.offset = offset
        message = "byte \(offset + 1) of the body: \(explanation)"
    }

    /// What a scan stopped at, which began at the body's first byte.
    init(_ fault: JSONFault) {
        self.init(.malformedJSON, at: fault.offset, fault.explanation)
    }
}
