import IdentityModel

/// Which column of a CSV holds what, where its header does not say so in our words.
///
/// Written as a row of CSV whose cells are `NAME=COLUMN`. In rows of events NAME is a field: `op`,
/// `a`, `b`, `a_ns`, `a_value`, `b_ns`, `b_value`, `ts`, `source`, `id`, `reason`; the column of
/// `a` or `b` holds `ns:value`, or with `a=ns:COLUMN` the plain values of one namespace. In wide
/// rows NAME is a namespace, which may have several columns, or `ts`, `source`, `id`. In both it
/// may be `attributes.` and the name of an attribute. The column of `-` is not read. Names that are
/// not mapped keep meaning the columns that bear them.
package struct CSVColumns: Equatable, Sendable {
    /// What a column is.
    enum Role: Equatable, Sendable {
        /// It holds a field.
        case field(CSVField)
        /// It holds the values of an end, all of one namespace: `aValue` or `bValue`.
        case values(CSVField, namespace: [UInt8])
        /// It holds the values of the attribute of this name, which observes have.
        case attribute([UInt8])
        /// In wide rows, it holds identifiers of this namespace.
        case namespace([UInt8])
        /// It is not read.
        case ignored
    }

    struct Entry: Equatable, Sendable {
        let role: Role
        let column: [UInt8]
    }

    /// What a text says.
    package enum Outcome: Equatable, Sendable {
        /// A mapping.
        case columns(CSVColumns)
        /// One sentence for a person: what is wrong with the text.
        case malformed(String)
    }

    let entries: [Entry]

    /// Every column is what its name says.
    package static let asNamed = CSVColumns(entries: [])

    /// Reads a mapping of one or several texts.
    package static func parse(_ texts: [[UInt8]], isWide: Bool) -> Outcome {
        var entries: [Entry] = []
        for text in texts {
            guard let cells = split(text) else {
                return .malformed("'\(shown(text))' is not a row of CSV")
            }
            for cell in cells {
                guard let equals = cell.firstIndex(of: UInt8(ascii: "=")) else {
                    return .malformed("'\(shown(cell))' is not written NAME=COLUMN")
                }
                let name = Array(cell[..<equals])
                let column = Array(cell[(equals + 1)...])
                if let attribute = CSVAttribute.name(of: name),
                    let rejected = CSVAttribute.rejected(attribute)
                {
                    return .malformed("'\(shown(name))': \(rejected.message)")
                }
                guard let entry = entry(name, column, isWide) else {
                    return .malformed(unknown(name, isWide))
                }
                guard !entry.column.isEmpty else {
                    return .malformed("'\(shown(cell))' names no column")
                }
                if let fault = clash(entry, entries) { return .malformed(fault) }
                entries.append(entry)
            }
        }
        return .columns(CSVColumns(entries: entries))
    }

    private static func split(_ text: [UInt8]) -> [[UInt8]]? {
        guard EventRules.checkLine(text.span) == nil else { return nil }
        var scanner = CSVRowScanner(text.span, delimiter: UInt8(ascii: ","))
        var scratch = EventScratch()
        var cells: [[UInt8]] = []
        while true {
            switch scanner.next(text.span) {
            case .rejected: return nil
            case .cell(let cell, let isLast):
                scratch.reset()
                let range = scratch.append(text.span, cell)
                cells.append(scratch.copy(range))
                if isLast { return cells }
            }
        }
    }

    private static let notRead = Array("-".utf8)

    private static func entry(_ name: [UInt8], _ column: [UInt8], _ isWide: Bool) -> Entry? {
        if name == notRead { return Entry(role: .ignored, column: column) }
        if let attribute = CSVAttribute.name(of: name) {
            return Entry(role: .attribute(attribute), column: column)
        }
        return isWide ? wideEntry(name, column) : rowEntry(name, column)
    }

    private static func rowEntry(_ name: [UInt8], _ column: [UInt8]) -> Entry? {
        guard let field = CSVField(name: name) else { return nil }
        let colon = column.firstIndex(of: UInt8(ascii: ":"))
        guard field == .a || field == .b, let colon else {
            return Entry(role: .field(field), column: column)
        }
        let namespace = Array(column[..<colon])
        guard Namespace.isValid(namespace) else { return nil }
        return Entry(
            role: .values(field == .a ? .aValue : .bValue, namespace: namespace),
            column: Array(column[(colon + 1)...]))
    }

    private static func wideEntry(_ name: [UInt8], _ column: [UInt8]) -> Entry? {
        if let field = wideField(name) { return Entry(role: .field(field), column: column) }
        guard Namespace.isValid(name) else { return nil }
        return Entry(role: .namespace(name), column: column)
    }

    /// The fields that wide rows may have beside their identifiers.
    static func wideField(_ name: [UInt8]) -> CSVField? {
        guard let field = CSVField(name: name) else { return nil }
        return [.time, .source, .eventID].contains(field) ? field : nil
    }

    private static func clash(_ entry: Entry, _ entries: [Entry]) -> String? {
        if entries.contains(where: { $0.column == entry.column }) {
            return "the column '\(shown(entry.column))' is given twice"
        }
        if case .attribute(let name) = entry.role,
            entries.contains(where: { $0.role == entry.role })
        {
            return "attributes.\(shown(name)) is given twice"
        }
        guard let field = entry.role.field else { return nil }
        let isTwice = entries.contains { other in
            guard let known = other.role.field else { return false }
            return field.replaces(known) || known.replaces(field)
        }
        return isTwice ? "\(field.name) is given twice" : nil
    }

    private static func unknown(_ name: [UInt8], _ isWide: Bool) -> String {
        isWide
            ? "'\(shown(name))' is no namespace ([a-z][a-z0-9_]{0,31}), nor ts, source, id, "
                + "attributes.NAME or -"
            : "'\(shown(name))' is none of op, a, b, a_ns, a_value, b_ns, b_value, ts, source, id, "
                + "reason, attributes.NAME, -; a and b may be written a=namespace:COLUMN"
    }

    private static func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// The field that a column of this name holds, unless the mapping has another place for it.
    func namedField(_ name: [UInt8]) -> CSVField? {
        guard let field = CSVField(name: name) else { return nil }
        return entries.contains { $0.role.field?.replaces(field) ?? false } ? nil : field
    }

    /// The attribute that a column of this name holds, unless the mapping has another place for it.
    func namedAttribute(_ name: [UInt8]) -> [UInt8]? {
        guard let attribute = CSVAttribute.name(of: name) else { return nil }
        return entries.contains { $0.role == .attribute(attribute) } ? nil : attribute
    }

    /// The place of each mapped column in a header, or what the header lacks.
    func places(in names: [[UInt8]]) -> (roles: [Role?], fault: Rejected?) {
        var roles = [Role?](repeating: nil, count: names.count)
        for entry in entries {
            guard let place = names.firstIndex(of: entry.column) else {
                let name = String(decoding: entry.column, as: UTF8.self)
                let message = "the header lacks the column \(name)" + CSVHeader.found(names)
                return (roles, Rejected(.missingEnd, message))
            }
            guard names[(place + 1)...].firstIndex(of: entry.column) == nil else {
                let name = String(decoding: entry.column, as: UTF8.self)
                return (roles, Rejected(.duplicateKey, "the header names the column \(name) twice"))
            }
            roles[place] = entry.role
        }
        return (roles, nil)
    }
}

extension CSVColumns.Role {
    /// The field that the column stands for; an end, where it holds the values of one namespace.
    var field: CSVField? {
        switch self {
        case .field(let field): field
        case .values(let value, _): value == .aValue ? .a : .b
        case .attribute, .namespace, .ignored: nil
        }
    }
}

extension CSVField {
    /// Whether a column for this field leaves no room for one for `other`: the same one, and an end
    /// as a whole beside a part of it.
    func replaces(_ other: CSVField) -> Bool {
        switch self {
        case .a: [.a, .aNamespace, .aValue].contains(other)
        case .b: [.b, .bNamespace, .bValue].contains(other)
        case .aNamespace, .aValue: other == self || other == .a
        case .bNamespace, .bValue: other == self || other == .b
        default: other == self
        }
    }
}
