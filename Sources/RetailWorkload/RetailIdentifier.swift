/// An identifier of the workload, by its kind and its number; its text is computed when written.
package struct RetailIdentifier: Equatable, Sendable {
    /// What an identifier names.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// An e-mail address's hash, as a customer platform receives it.
        case email
        /// A loyalty card.
        case loyalty
        /// A telephone number.
        case phone
        /// A browser.
        case cookie
        /// An app's installation.
        case device
        /// The device that a household shares.
        case household
        /// One of the two that thousands of customers are linked to by mistake.
        case supernode
    }

    /// What it names.
    package let kind: Kind
    /// Unique within the kind; below `numberLimit`.
    package let number: UInt64

    /// Numbers stay below it, since cards and telephones have ten digits: 10^10.
    package static let numberLimit: UInt64 = 10_000_000_000

    /// The identifier of that kind and number.
    @inline(__always)
    package init(kind: Kind, number: UInt64) {
        self.kind = kind
        self.number = number
    }
}

/// Writes identifiers: the same number gives another value under another seed, and distinct
/// numbers of one kind never give the same.
struct RetailIdentifierText: Sendable {
    private let seed: UInt64
    private let offset: UInt64
    private let prefixes: [[UInt8]] = [
        "email:", "loyalty:L", "phone:+1", "cookie:", "device:", "device:home-",
    ].map { Array($0.utf8) }
    private let supernodes: [[UInt8]] = [
        "email:test@test.com", "device:kiosk-0001",
    ].map { Array($0.utf8) }

    /// The greatest common divisor with 10^10 is 1, and its product with a number is below 2^63,
    /// so that multiplying modulo 10^10 maps ten digits one to one.
    private static let multiplier: UInt64 = 618_033_989

    /// The values of `seed`.
    init(seed: UInt64) {
        self.seed = SplitMix64.word(0, seed: seed)
        offset = SplitMix64.word(1, seed: seed) % RetailIdentifier.numberLimit
    }

    /// Appends `ns:value`.
    func append(_ identifier: RetailIdentifier, to buffer: inout [UInt8]) {
        guard identifier.kind != .supernode else {
            buffer.append(contentsOf: supernodes[Int(identifier.number)])
            return
        }
        buffer.append(contentsOf: prefixes[Int(identifier.kind.rawValue)])
        let word = SplitMix64.mix(identifier.number &+ seed)
        switch identifier.kind {
        case .email:
            appendHexadecimal(word, digits: 16, to: &buffer)
            appendHexadecimal(SplitMix64.mix(word), digits: 16, to: &buffer)
        case .cookie, .device:
            appendHexadecimal(word, digits: 16, to: &buffer)
            appendHexadecimal(SplitMix64.mix(word), digits: 4, to: &buffer)
        case .household:
            appendHexadecimal(word, digits: 16, to: &buffer)
        case .loyalty, .phone, .supernode:
            let limit = RetailIdentifier.numberLimit
            let digits = (identifier.number * Self.multiplier + offset) % limit
            appendDecimal(digits, digits: 10, to: &buffer)
        }
    }
}

/// Appends the highest `digits` hexadecimal digits of `word`.
func appendHexadecimal(_ word: UInt64, digits: Int, to buffer: inout [UInt8]) {
    var rest = word
    for _ in 0..<digits {
        rest = rest << 4 | rest >> 60
        let digit = UInt8(truncatingIfNeeded: rest & 15)
        buffer.append(digit &+ (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
    }
}

/// Appends `number` with exactly `digits` decimal digits, leading zeros kept.
func appendDecimal(_ number: UInt64, digits: Int, to buffer: inout [UInt8]) {
    var divisor: UInt64 = 1
    for _ in 1..<digits { divisor *= 10 }
    var rest = number
    for _ in 0..<digits {
        let (digit, remainder) = rest.quotientAndRemainder(dividingBy: divisor)
        buffer.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit % 10))
        rest = remainder
        divisor /= 10
    }
}
