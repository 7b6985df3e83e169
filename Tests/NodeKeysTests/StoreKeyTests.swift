import IdentityModel
import NodeKeys
import Testing

@Suite struct StoreKeyTests {
    private let text = "00112233445566778899aabbccddeeff"

    @Test func shouldReadAndPrintTheSameDigits() throws {
        #expect(try StoreKey(hexadecimal: text).hexadecimal == text)
    }

    @Test(arguments: ["", "\n", "\r\n"])
    func shouldReadAKeyFileWithAndWithoutItsLineEnd(end: String) throws {
        let key = try StoreKey(fileContent: (text + end).utf8)
        #expect(key.hexadecimal == text)
    }

    @Test func shouldSayWhatIsWrongWithAKey() {
        #expect(throws: StoreKeyError.wrongDigitCount(31)) {
            try StoreKey(hexadecimal: String(text.dropLast()))
        }
        #expect(throws: StoreKeyError.wrongDigitCount(33)) {
            try StoreKey(hexadecimal: text + "0")
        }
        #expect(throws: StoreKeyError.wrongDigitCount(0)) { try StoreKey(hexadecimal: "") }
        #expect(throws: StoreKeyError.upperCaseDigit(index: 31)) {
            try StoreKey(hexadecimal: text.dropLast() + "F")
        }
        #expect(throws: StoreKeyError.notADigit(index: 2)) {
            try StoreKey(hexadecimal: "00x" + text.dropFirst(3))
        }
        #expect(throws: StoreKeyError.notADigit(index: 32)) {
            try StoreKey(fileContent: (text + "\n\n").utf8)
        }
    }

    @Test func shouldNotQuoteTheTextInAnError() {
        let error = #expect(throws: StoreKeyError.self) {
            try StoreKey(hexadecimal: "s3cr3t-s3cr3t")
        }
        #expect(error.map { "\($0)".contains("s3cr3t") } == false)
    }

    @Test func shouldMakeDifferentRandomKeys() {
        let keys = (0..<100).map { _ in StoreKey.random().hexadecimal }
        #expect(Set(keys).count == 100)
        #expect(keys.allSatisfy { $0.utf8.count == StoreKey.hexadecimalDigitCount })
    }

    @Test func shouldFingerprintByTheHashOfAFixedText() throws {
        let key = try StoreKey(hexadecimal: text)
        let fixed = Array("kindred key fingerprint".utf8)
        #expect(key.fingerprint == NodeKeyHasher(key: key).hash(fixed.span).high)
        #expect(key.fingerprintText == HexadecimalText.print(key.fingerprint))
        #expect(key.fingerprintText == "f8eb65dec66974ee")
    }

    @Test func shouldNotPrintItsBytesByAccident() throws {
        let key = try StoreKey(hexadecimal: text)
        var dumped = ""
        dump([key], to: &dumped)
        let wrapped = (key: key, name: "x")
        let printed = [
            "\(key)", String(describing: key), String(reflecting: key), "\([key])", "\(wrapped)",
            dumped,
        ]
        let word = try #require(HexadecimalText.words(text))
        let secrets = [
            text, "\(word.high)", "\(word.low)", "\(word.high.byteSwapped)",
            "\(word.low.byteSwapped)",
        ]
        for line in printed {
            #expect(line.contains(key.fingerprintText))
            for secret in secrets { #expect(!line.contains(secret)) }
        }
    }
}
