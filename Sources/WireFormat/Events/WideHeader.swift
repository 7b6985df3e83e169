package import IdentityModel

/// The first row of a wide CSV: each column is a namespace, and the cells of a row are one
/// customer's.
///
/// `ts`, `source` and `id` keep their meaning, and `attributes.NAME` holds an attribute of the
/// row's customer. Every other name must be a namespace, or be mapped to one, or to nothing, by
/// `CSVColumns`: a column that was overlooked would merge strangers.
package struct WideHeader: Equatable, Sendable {
    /// How many columns a header may have.
    package static let columnsMaximum = 4_096

    /// What a column holds.
    enum Column: Equatable, Sendable {
        /// Identifiers; the range of their "namespace:" in `prefixes`.
        case identifiers(Range<Int>)
        /// When, who or the row's own id.
        case field(CSVField)
        /// Nothing that is read, or an attribute.
        case ignored
    }

    /// What a first row says.
    package enum Outcome: Equatable, Sendable {
        /// A header under which rows can be decoded.
        case header(WideHeader)
        /// Why rows cannot be decoded.
        case rejected(Rejected)
    }

    /// Whether there is a `ts` column; where not, the caller chooses a default time.
    package let hasTime: Bool
    /// What separates cells.
    package let delimiter: UInt8
    let columns: [Column]
    let prefixes: [UInt8]
    /// The columns of attributes, ascending by name; a cell's place is its column's.
    let attributes: [CSVAttribute]

    /// Reads a header row, with or without its line end.
    package static func parse(
        _ row: Span<UInt8>, delimiter: UInt8 = UInt8(ascii: ","), columns: CSVColumns = .asNamed
    ) -> Outcome {
        switch CSVHeader.names(row, delimiter) {
        case .rejected(let rejected): return .rejected(rejected)
        case .names(let names):
            guard names.count <= columnsMaximum else {
                return .rejected(
                    Rejected(
                        .malformedJSON,
                        "the header has \(names.count) columns; \(columnsMaximum) are read"))
            }
            return header(names, delimiter, columns)
        }
    }

    private static func header(
        _ names: [[UInt8]], _ delimiter: UInt8, _ mapping: CSVColumns
    ) -> Outcome {
        let (roles, fault) = mapping.places(in: names)
        if let fault { return .rejected(fault) }
        var columns: [Column] = []
        var attributes = [[UInt8]?](repeating: nil, count: names.count)
        var prefixes: [UInt8] = []
        func identifiers(_ namespace: [UInt8]) -> Column {
            let start = prefixes.count
            prefixes += namespace
            prefixes.append(UInt8(ascii: ":"))
            return .identifiers(start..<prefixes.count)
        }
        for (place, name) in names.enumerated() {
            switch roles[place] {
            case .ignored?: columns.append(.ignored)
            case .attribute(let name)?:
                attributes[place] = name
                columns.append(.ignored)
            case .namespace(let namespace)?: columns.append(identifiers(namespace))
            case .field(let field)?, .values(let field, _)?: columns.append(.field(field))
            case nil where CSVAttribute.name(of: name) != nil:
                attributes[place] = mapping.namedAttribute(name)
                columns.append(.ignored)
            case nil:
                if let rejected = refuse(name, at: place, names) { return .rejected(rejected) }
                if CSVColumns.wideField(name) == nil {
                    columns.append(identifiers(name))
                } else {
                    columns.append(mapping.namedField(name).map { .field($0) } ?? .ignored)
                }
            }
        }
        if let fault = CSVAttribute.fault(attributes) { return .rejected(fault) }
        guard !prefixes.isEmpty else {
            return .rejected(
                Rejected(.missingEnd, "the header names no namespace" + CSVHeader.found(names)))
        }
        return .header(
            WideHeader(
                hasTime: columns.contains(.field(.time)), delimiter: delimiter, columns: columns,
                prefixes: prefixes,
                attributes: CSVAttribute.sorted(
                    attributes.enumerated().compactMap { place, name in
                        name.map { CSVAttribute(name: $0, cell: place) }
                    })))
    }

    /// Why a name cannot stand for itself, if so.
    private static func refuse(_ name: [UInt8], at place: Int, _ names: [[UInt8]]) -> Rejected? {
        let shown = String(decoding: name, as: UTF8.self)
        guard Namespace.isValid(name) else {
            return Rejected(
                .badNamespace,
                "the column \(shown) is no namespace ([a-z][a-z0-9_]{0,31}): map it with --columns "
                    + "namespace=\(shown), or leave it out with -=\(shown)"
                    + CSVHeader.found(names))
        }
        guard names.firstIndex(of: name) == place else {
            return Rejected(.duplicateKey, "the header names the column \(shown) twice")
        }
        return nil
    }
}
