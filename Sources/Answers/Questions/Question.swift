package import IdentityModel

/// A word that names an identifier (it has a colon) or a customer (32 hexadecimal digits), present
/// or past.
package struct Question: Sendable {
    /// The word as it was asked.
    package let text: String
    /// The node that it names.
    package let key: NodeKey
    /// Whether it names a customer.
    package let isCustomer: Bool

    /// A question whose word was read.
    package init(text: String, key: NodeKey, isCustomer: Bool) {
        self.text = text
        self.key = key
        self.isCustomer = isCustomer
    }
}

/// Why a word names nothing.
package struct QuestionRefusal: Error, Equatable, Sendable {
    /// The stable word: a `RejectReason`'s, or `badID`.
    package let word: String
    /// One sentence for a person, without the word that was asked: what would be right.
    package let message: String

    /// The stable word for text that is neither an identifier nor a customer id.
    package static let badID = "bad_id"
    /// What is said of such a text, behind "is".
    package static let neither =
        "neither an identifier (ns:value) nor a customer id (32 hexadecimal digits)"

    /// A refusal with its word and its sentence.
    package init(word: String, message: String) {
        self.word = word
        self.message = message
    }
}

extension QuestionRefusal {
    /// What the identifier's parser says.
    package init(_ rejected: Rejected) {
        self.init(word: rejected.reason.rawValue, message: rejected.message)
    }
}
