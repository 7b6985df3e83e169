/// The parameters of a request's query. Each is known, and there once: a mistyped `min_position`
/// that went unnoticed would answer from before one's own write.
struct QueryParameters: Sendable {
    /// Names and values in their order, without percent escapes.
    private let pairs: [(name: String, value: String)]

    /// No parameters.
    static let none = QueryParameters()

    private init() { pairs = [] }

    /// Reads a query, of which nil is an empty one. `+` stands for itself, as in RFC 3986.
    ///
    /// - Throws: `Problem`, where a name is not among `known` or comes twice, or escapes are wrong.
    init(_ query: String?, known: [String]) throws(Problem) {
        var pairs: [(name: String, value: String)] = []
        for part in (query ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let name = PercentText.decode(part[..<equals])
            let value = PercentText.decode(part[equals...].dropFirst())
            guard let name, let value else {
                throw Problem(
                    .badQuery,
                    "the query has a percent escape that is wrong, or is not UTF-8: write each "
                        + "byte outside A-Z a-z 0-9 - . _ ~ as % and two hexadecimal digits")
            }
            guard known.contains(name) else { throw Self.unknown(known) }
            guard !pairs.contains(where: { $0.name == name }) else {
                throw Problem(.repeatedParameter, "\(name) is there twice: leave one")
            }
            pairs.append((name, value))
        }
        self.pairs = pairs
    }

    /// The value of a parameter; nil where it is absent.
    subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// The value of a parameter that must be there.
    ///
    /// - Throws: `Problem`.
    func required(_ name: String) throws(Problem) -> String {
        guard let value = self[name] else {
            throw Problem(.missingParameter, "\(name) is missing: add it to the query")
        }
        return value
    }

    /// A parameter that is `true` or `false`; `standard` where it is absent.
    ///
    /// - Throws: `Problem`.
    func flag(_ name: String, standard: Bool = false) throws(Problem) -> Bool {
        switch self[name] {
        case nil: return standard
        case "false": return false
        case "true": return true
        default: throw Problem(.badParameter, "\(name) is true or false")
        }
    }

    /// A parameter that is a number from 1 on; nil where it is absent.
    ///
    /// - Throws: `Problem`.
    func count(_ name: String) throws(Problem) -> Int? {
        guard let text = self[name] else { return nil }
        guard let count = DecimalText.read(text).flatMap(Int.init(exactly:)), count >= 1 else {
            throw Problem(.badParameter, "\(name) is a number from 1 on")
        }
        return count
    }

    /// How much a page is to hold.
    ///
    /// - Throws: `Problem`.
    func limit(_ bounds: PageBounds) throws(Problem) -> Int {
        guard let text = self["limit"] else { return bounds.standard }
        guard let limit = DecimalText.read(text).flatMap(Int.init(exactly:)), limit >= 1,
            limit <= bounds.greatest
        else {
            throw Problem(.badParameter, "limit is a number from 1 to \(bounds.greatest)")
        }
        return limit
    }

    private static func unknown(_ known: [String]) -> Problem {
        let names =
            known.isEmpty
            ? "this route takes none" : "this route takes " + known.joined(separator: ", ")
        return Problem(.unknownParameter, "the query has an unknown parameter: \(names)")
    }
}
