/// Why a text is not a store's key. No case carries any of the text: it may be almost a secret.
package enum StoreKeyError: Error, Equatable, Sendable {
    /// The text has this many bytes, and 32 are needed.
    case wrongDigitCount(Int)
    /// The byte at this index, from 0, is no hexadecimal digit.
    case notADigit(index: Int)
    /// The digit at this index, from 0, is upper-case.
    case upperCaseDigit(index: Int)
}

extension StoreKeyError: CustomStringConvertible {
    /// One sentence: what is wrong and what would be right.
    package var description: String {
        switch self {
        case .wrongDigitCount(let count):
            "the key has \(count) characters; a key is exactly 32 lower-case hexadecimal digits"
        case .notADigit(let index):
            "character \(index + 1) of the key is no hexadecimal digit;"
                + " a key is exactly 32 lower-case hexadecimal digits"
        case .upperCaseDigit(let index):
            "character \(index + 1) of the key is an upper-case digit;"
                + " write the key's 32 hexadecimal digits in lower case"
        }
    }
}
