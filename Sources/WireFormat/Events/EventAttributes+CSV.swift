import IdentityModel
import ProfileCore

/// Attributes as the cells of a row.
extension EventAttributes {
    /// Whether a row says anything of its identifier.
    static func isThere(_ columns: [CSVAttribute], _ cells: [CSVCell]) -> Bool {
        columns.contains { !cells[$0.cell].range.isEmpty }
    }

    /// Reads the cells of `columns`, which ascend by name, as the attributes of `event`.
    mutating func read(
        _ row: Span<UInt8>, _ columns: [CSVAttribute], _ cells: [CSVCell],
        scratch: inout EventScratch, into event: inout DecodedEvent
    ) -> Rejected? {
        builder.removeAll()
        for column in columns where !cells[column.cell].range.isEmpty {
            if let rejected = builder.begin(column.name.span) { return rejected }
            let text = scratch.append(row, cells[column.cell])
            defer { scratch.truncate(to: text.lowerBound) }
            if let rejected = builder.add(string: scratch.bytes.span.extracting(text)) {
                return EventAttributes.rejected(rejected, column.name)
            }
        }
        return finish(into: &scratch, at: &event.attributesPlace)
    }
}
