internal import ArgumentParser
internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// `kindred export`: every identifier with its customer.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "CSV ns,value,customer_id of every identifier, sorted by bytes.",
        discussion: """
            With --format jsonl every customer instead, ordered by id: its version, identifiers \
            and profile, where its values came from, and the identifier that names it. A reader \
            of the change feed that keeps the greatest version of each customer holds the same, \
            and goes on from the position that is told on standard error.
            """)

    /// What is exported.
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case csv, jsonl
    }

    @OptionGroup var data: DataOptions
    @Option(help: ArgumentHelp("Identifiers as csv, or customers as jsonl.", valueName: "form"))
    var format = Form.csv
    @Flag(help: "Show the values of sensitive attributes, which jsonl masks.") var reveal = false
    @Option(help: ArgumentHelp("Write to this file. (default: standard output)", valueName: "file"))
    var output: String?

    func run() throws {
        let settings = try data.settings()
        if let output { try StoreFolder.refuseOutput(output, in: settings.folder) }
        let store = try OpenStore(settings.storeRequest())
        try store.failing { (group) throws(StoreFailure) in try group.checkpoint() }
        let file = try output.map { (path) throws(CommandEnd) in try FileOutput(path: path) }
        switch format {
        case .csv: try writeIdentifiers(of: store, file)
        case .jsonl:
            let customers = try ExportCustomers(store, reveal: reveal)
            try customers.forEach(in: store) { (line) throws(CommandEnd) in
                try Self.emit(line, file)
            }
            let position = FeedPosition(offsets: store.group.runtimes.map(\.changeOffset))
            Diagnostics.line("kindred: the change feed goes on from \(position.text)")
        }
        try file?.flush()
        try store.close()
    }

    private func writeIdentifiers(of store: OpenStore, _ file: FileOutput?) throws(CommandEnd) {
        var rows = ExportRows()
        try rows.collect(store)
        try Self.emit(Array("ns,value,customer_id\n".utf8), file)
        var row: [UInt8] = []
        for index in rows.sortedIndices() {
            row.removeAll(keepingCapacity: true)
            rows.append(index, to: &row)
            try Self.emit(row, file)
        }
    }

    private static func emit(_ bytes: [UInt8], _ file: FileOutput?) throws(CommandEnd) {
        if let file { try file.write(bytes) } else { Output.write(bytes) }
    }
}

/// The export's rows: texts in one buffer, sorted by (namespace, value) as bytes.
struct ExportRows {
    private struct Row {
        var start: Int
        var namespaceCount: Int
        var count: Int
        var anchor: NodeKey
    }

    private var texts: [UInt8] = []
    private var rows: [Row] = []

    /// Reads every component out of the checkpoints.
    mutating func collect(_ store: OpenStore) throws(CommandEnd) {
        try store.failing { (_) throws(StoreFailure) in
            for state in store.stored {
                let names = try Self.namespaces(state)
                try StoredComponents.forEach(in: state, withMembers: true) {
                    (image) throws(StateError) in
                    try add(image, names)
                }
            }
        }
    }

    /// The rows' places in order of their namespaces and values.
    func sortedIndices() -> [Int] {
        rows.indices.sorted { left, right in
            let (one, other) = (rows[left], rows[right])
            let (first, second) = (namespace(one), namespace(other))
            if !first.elementsEqual(second) { return first.lexicographicallyPrecedes(second) }
            return value(one).lexicographicallyPrecedes(value(other))
        }
    }

    /// Appends a row of CSV.
    func append(_ index: Int, to bytes: inout [UInt8]) {
        let row = rows[index]
        bytes += namespace(row)
        bytes.append(UInt8(ascii: ","))
        Escaping.csv(Array(value(row)), into: &bytes)
        bytes.append(UInt8(ascii: ","))
        bytes += Array(row.anchor.hexadecimal.utf8)
        bytes.append(UInt8(ascii: "\n"))
    }

    private func namespace(_ row: Row) -> ArraySlice<UInt8> {
        texts[row.start..<row.start + row.namespaceCount]
    }

    private func value(_ row: Row) -> ArraySlice<UInt8> {
        texts[row.start + row.namespaceCount..<row.start + row.count]
    }

    private static func namespaces(_ state: RocksState) throws(StoreFailure) -> [[UInt8]] {
        guard let header = try StoredHeader.read(state) else { return [[]] }
        return [[]]
            + (try StoredHeader.names(.namespace, count: header.namespaceCount, state))
    }

    private mutating func add(
        _ image: ComponentImage, _ names: [[UInt8]]
    ) throws(StateError) {
        var start = 0
        for member in image.members {
            guard member.namespace < names.count else {
                throw StateError(.damaged, "a member's namespace has no name")
            }
            let name = names[Int(member.namespace)]
            rows.append(
                Row(
                    start: texts.count, namespaceCount: name.count,
                    count: name.count + member.valueCount, anchor: image.anchor))
            texts += name
            texts += image.values[start..<start + member.valueCount]
            start += member.valueCount
        }
    }
}
