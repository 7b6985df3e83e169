/// Writes what observe events say of identifiers: the first so many attributes of a fixed list.
///
/// An identifier keeps its first name, its country and the like in all of its events, while points,
/// orders and stores change; every value follows from the seed, the identifier and the event.
struct RetailObservationText: Sendable {
    /// How a value is written beside its name.
    enum Style: Sendable {
        /// `{"name":value,…}`
        case json
        /// `,value…`, in the order of the header's columns.
        case csv
    }

    private let style: Style
    private let seed: UInt64
    private let attributes: [RetailAttribute]
    /// What stands before each value.
    private let starts: [[UInt8]]
    /// The texts of each attribute, quoted where the style asks for it.
    private let texts: [[[UInt8]]]

    private static let yes = Array("true".utf8)
    private static let no = Array("false".utf8)

    /// Texts of `count` attributes, with the values that `seed` gives.
    init(seed: UInt64, count: Int, style: Style) {
        self.seed = seed
        self.style = style
        attributes = RetailAttribute.list(count)
        let quote = style == .json ? "\"" : ""
        starts = attributes.enumerated().map { place, attribute in
            switch style {
            case .json: Array("\(place == 0 ? "{" : ",")\"\(attribute.name)\":".utf8)
            case .csv: [UInt8(ascii: ",")]
            }
        }
        texts = attributes.map { attribute in
            switch attribute.values {
            case .fixedText(let words), .text(let words):
                words.map { Array("\(quote)\($0)\(quote)".utf8) }
            case .fixedCount, .count, .amount, .flag: []
            }
        }
    }

    /// How many attributes an event has.
    var count: Int { attributes.count }

    /// The names of a CSV's columns, each after a comma.
    var columns: [UInt8] { attributes.flatMap { Array(",attributes.\($0.name)".utf8) } }

    /// Appends the id of the event that `word` is drawn for: no two words have the same.
    func appendID(_ word: UInt64, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: "evt-".utf8)
        appendHexadecimal(SplitMix64.mix(word &+ seed), digits: 16, to: &buffer)
    }

    /// Appends what an event that draws `word` says of `identifier`.
    func append(_ identifier: RetailIdentifier, _ word: UInt64, to buffer: inout [UInt8]) {
        let kind = UInt64(identifier.kind.rawValue) << 56
        let person = SplitMix64.mix((kind | identifier.number) &+ seed)
        for (place, attribute) in attributes.enumerated() {
            buffer.append(contentsOf: starts[place])
            let own = SplitMix64.word(UInt64(place), seed: person)
            let drawn = SplitMix64.word(UInt64(place), seed: word)
            switch attribute.values {
            case .fixedText: append(own, oneOf: texts[place], to: &buffer)
            case .text: append(drawn, oneOf: texts[place], to: &buffer)
            case .fixedCount(let first, let last):
                let count = first + SplitMix64.reduce(own, below: last - first + 1)
                buffer.append(contentsOf: String(count).utf8)
            case .count(let limit):
                let count = SplitMix64.reduce(drawn, below: limit)
                buffer.append(contentsOf: String(count).utf8)
            case .amount(let limit):
                let cents = SplitMix64.reduce(drawn, below: limit * 100)
                buffer.append(contentsOf: String(cents / 100).utf8)
                buffer.append(UInt8(ascii: "."))
                appendDecimal(UInt64(cents % 100), digits: 2, to: &buffer)
            case .flag(let percent):
                let isYes = SplitMix64.reduce(drawn, below: 100) < percent
                buffer.append(contentsOf: isYes ? Self.yes : Self.no)
            }
        }
        if style == .json { buffer.append(UInt8(ascii: "}")) }
    }

    private func append(_ word: UInt64, oneOf texts: [[UInt8]], to buffer: inout [UInt8]) {
        buffer.append(contentsOf: texts[SplitMix64.reduce(word, below: texts.count)])
    }
}
