package import IdentityModel

/// The first row of a CSV file: which column holds which field.
///
/// Known names are `op`, `a`, `b`, `ts`, `source`, `id`, `reason`, and for an end in two columns
/// `a_ns`, `a_value`, `b_ns`, `b_value`; lower-case, in any order; and `attributes.NAME` for an
/// attribute of observes. Other columns are ignored.
package struct CSVHeader: Equatable, Sendable {
    /// How many cells each row must have.
    package let columnCount: Int
    /// How many columns name neither a field nor an attribute; their cells are not read.
    package let ignoredColumns: Int
    /// Whether there is a `ts` column; where not, the caller chooses a default time.
    package let hasTime: Bool
    /// What separates cells.
    package let delimiter: UInt8
    /// Where a decoder keeps the cell of each column: at its field's raw value, or behind the
    /// fields those of attributes; nil where nobody reads it.
    let places: [Int?]
    /// The columns of attributes, ascending by name.
    let attributes: [CSVAttribute]
    /// The namespace of all values of `a`, where they lie in a column without one; else empty.
    let namespaceOfA: [UInt8]
    /// The same of `b`.
    let namespaceOfB: [UInt8]

    /// What a first row says.
    package enum Outcome: Equatable, Sendable {
        /// A header under which rows can be decoded.
        case header(CSVHeader)
        /// Why rows cannot be decoded: `missingEnd` names the absent column, `duplicateKey` the
        /// repeated one.
        case rejected(Rejected)
    }

    /// Reads a header row, with or without its line end; `columns` says what its names mean.
    package static func parse(
        _ row: Span<UInt8>, delimiter: UInt8 = UInt8(ascii: ","), columns: CSVColumns = .asNamed
    ) -> Outcome {
        switch names(row, delimiter) {
        case .rejected(let rejected): .rejected(rejected)
        case .names(let names): header(names, delimiter, columns)
        }
    }

    /// The names in a header row.
    enum Names {
        case names([[UInt8]])
        case rejected(Rejected)
    }

    /// Splits a header row into the columns' names.
    static func names(_ row: Span<UInt8>, _ delimiter: UInt8) -> Names {
        precondition(isDelimiter(delimiter), "the delimiter is checked where it is given")
        if let rejected = EventRules.checkLine(row) { return .rejected(rejected) }
        var names: [[UInt8]] = []
        var scanner = CSVRowScanner(row, delimiter: delimiter)
        var scratch = EventScratch()
        while true {
            switch scanner.next(row) {
            case .rejected(let rejected): return .rejected(rejected)
            case .cell(let cell, let isLast):
                scratch.reset()
                let name = scratch.append(row, cell)
                names.append(scratch.copy(name))
                if isLast { return .names(names) }
            }
        }
    }

    /// Whether a byte can separate cells: ASCII, and neither a quote, a line end nor NUL.
    package static func isDelimiter(_ byte: UInt8) -> Bool {
        byte != 0 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != 0x0A && byte != 0x0D
    }

    private static func header(
        _ names: [[UInt8]], _ delimiter: UInt8, _ columns: CSVColumns
    ) -> Outcome {
        let (roles, fault) = columns.places(in: names)
        if let fault { return .rejected(fault) }
        var namespaces: (a: [UInt8], b: [UInt8]) = ([], [])
        var attributes = [[UInt8]?](repeating: nil, count: names.count)
        let fields = zip(names, roles).enumerated().map { place, column -> CSVField? in
            switch column.1 {
            case nil:
                attributes[place] = columns.namedAttribute(column.0)
                return columns.namedField(column.0)
            case .field(let field): return field
            case .values(let field, let namespace):
                if field == .aValue { namespaces.a = namespace } else { namespaces.b = namespace }
                return field
            case .attribute(let name):
                attributes[place] = name
                return nil
            case .namespace, .ignored: return nil
            }
        }
        if let fault = CSVAttribute.fault(attributes) { return .rejected(fault) }
        for (index, field) in fields.enumerated() {
            guard let field, fields[..<index].contains(field) else { continue }
            return .rejected(
                Rejected(.duplicateKey, "the header names the column \(field.name) twice"))
        }
        for (end, namespace) in [(CSVField.a, namespaces.a), (.b, namespaces.b)]
        where namespace.isEmpty {
            if let fault = check(end, fields) {
                return .rejected(Rejected(fault.reason, fault.message + found(names)))
            }
        }
        return .header(
            CSVHeader(
                fields, attributes, delimiter, namespaceOfA: namespaces.a,
                namespaceOfB: namespaces.b))
    }

    private init(
        _ fields: [CSVField?], _ attributes: [[UInt8]?], _ delimiter: UInt8,
        namespaceOfA: [UInt8], namespaceOfB: [UInt8]
    ) {
        var cells: [CSVAttribute] = []
        places = zip(fields, attributes).map { field, attribute in
            if let field { return Int(field.rawValue) }
            guard let attribute else { return nil }
            cells.append(
                CSVAttribute(name: attribute, cell: CSVField.allCases.count + cells.count))
            return cells.last?.cell
        }
        self.attributes = CSVAttribute.sorted(cells)
        columnCount = fields.count
        ignoredColumns = places.count { $0 == nil }
        hasTime = fields.contains(.time)
        self.delimiter = delimiter
        self.namespaceOfA = namespaceOfA
        self.namespaceOfB = namespaceOfB
    }

    /// What is wrong with an end's columns: it has one, or the two of namespace and value.
    private static func check(_ end: CSVField, _ fields: [CSVField?]) -> Rejected? {
        let (namespace, value): (CSVField, CSVField) =
            end == .a ? (.aNamespace, .aValue) : (.bNamespace, .bValue)
        let isWhole = fields.contains(end)
        let parts: [CSVField] = [namespace, value].filter { fields.contains($0) }
        switch (isWhole, parts.count) {
        case (true, 0), (false, 2): return nil
        case (false, 0):
            return Rejected(
                .missingEnd,
                "the header lacks the column \(end.name), or \(namespace.name) and \(value.name)")
        case (false, _):
            let missing = parts == [namespace] ? value : namespace
            return Rejected(.missingEnd, "the header lacks the column \(missing.name)")
        case (true, _):
            return Rejected(
                .duplicateKey,
                "the header has both \(end.name) and \(parts[0].name): one form is enough")
        }
    }

    /// The most columns that a message lists.
    private static let listedColumns = 20

    /// The names, for a message about one that is not there.
    static func found(_ names: [[UInt8]]) -> String {
        let listed = names.prefix(listedColumns).map { String(decoding: $0, as: UTF8.self) }
        let more = names.count > listedColumns ? ", …" : ""
        return "; it has: " + listed.joined(separator: ", ") + more
    }
}

/// A field that a CSV column can hold.
enum CSVField: UInt8, CaseIterable, Sendable {
    case operation
    case a
    case aNamespace
    case aValue
    case b
    case bNamespace
    case bValue
    case time
    case source
    case eventID
    case reason

    /// The column's name.
    var name: String {
        switch self {
        case .operation: "op"
        case .a: "a"
        case .aNamespace: "a_ns"
        case .aValue: "a_value"
        case .b: "b"
        case .bNamespace: "b_ns"
        case .bValue: "b_value"
        case .time: "ts"
        case .source: "source"
        case .eventID: "id"
        case .reason: "reason"
        }
    }

    /// The field whose column has this name, byte for byte.
    init?(name: [UInt8]) {
        guard let field = CSVField.allCases.first(where: { $0.name.utf8.elementsEqual(name) })
        else { return nil }
        self = field
    }
}
