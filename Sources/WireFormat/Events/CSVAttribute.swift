import IdentityModel
import ProfileCore

/// A column of a CSV that holds the values of one attribute, which observes have.
///
/// Its name is `attributes.` and the attribute's. What a cell holds is a string as it stands there;
/// an empty cell says nothing.
struct CSVAttribute: Equatable, Sendable {
    /// The attribute's name.
    let name: [UInt8]
    /// Where a decoder of rows keeps the cell.
    let cell: Int

    private static let prefix = Array("attributes.".utf8)

    /// The name of the attribute that a column of this name holds, well formed or not; nil where it
    /// holds none.
    static func name(of column: [UInt8]) -> [UInt8]? {
        column.starts(with: prefix) ? Array(column.dropFirst(prefix.count)) : nil
    }

    /// Why no attribute can have that name, if so.
    static func rejected(_ name: [UInt8]) -> Rejected? { AttributeNames.rejected(name.span) }

    /// Columns by their names, in whose order a block has them.
    static func sorted(_ columns: [CSVAttribute]) -> [CSVAttribute] {
        columns.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// What is wrong with the attributes that a header names, given by their places: a name that
    /// none can have, or one that is there twice.
    static func fault(_ attributes: [[UInt8]?]) -> Rejected? {
        for (place, attribute) in attributes.enumerated() {
            guard let attribute else { continue }
            if let rejected = rejected(attribute) {
                return Rejected(
                    rejected.reason, "column \(place + 1) of the header: \(rejected.message)")
            }
            if attributes[..<place].contains(attribute) {
                let name = String(decoding: attribute, as: UTF8.self)
                return Rejected(
                    .duplicateKey, "the header names the column attributes.\(name) twice")
            }
        }
        return nil
    }
}
