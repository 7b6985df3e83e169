internal import ArgumentParser
internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// `kindred top`: the largest customers.
struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract:
            "The largest customers: how many identifiers, the customer id, the strongest one.",
        discussion: """
            Equally large ones come in order of their ids. A very large customer is often a shared \
            identifier: kindred component ID --bridges shows what holds it together. Values of \
            namespaces that namespaces.yaml calls sensitive are masked unless --reveal is given.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("How many customers.", valueName: "n"))
    var limit: Int = PageLimits.topCustomers
    @Flag(help: "Show the values of sensitive namespaces.") var reveal = false

    struct Customer: Encodable {
        let customerID: String
        let identifierCount: Int
        let identifier: String
        let masked: Bool
    }

    struct Answer: Encodable {
        let customers: [Customer]
        let position: PositionAnswer
    }

    func validate() throws { try PageLimits.check(limit) }

    func run() throws {
        let store = try data.open()
        let largest = try LargestComponents(limit: limit, in: store)
        var customers: [Customer] = []
        for component in largest.components {
            let isMasked = !reveal && isSensitive(component.namespace, store)
            let value = isMasked ? Self.mask : String(decoding: component.value, as: UTF8.self)
            customers.append(
                Customer(
                    customerID: component.anchor.hexadecimal, identifierCount: component.count,
                    identifier: String(decoding: component.namespace, as: UTF8.self) + ":" + value,
                    masked: isMasked))
        }
        let answer = Answer(customers: customers, position: PositionAnswer(store.runtime))
        if format.json { Output.line(JSONText.encode(answer)) } else { Self.print(answer) }
        try store.close()
    }

    /// What stands in place of a sensitive value. Nothing of it is left: half an address is still
    /// somebody's.
    private static let mask = "***"

    private func isSensitive(_ namespace: [UInt8], _ store: OpenStore) -> Bool {
        let named = store.folder.table.namespaces.first { $0.name.utf8.elementsEqual(namespace) }
        return named?.isSensitive ?? false
    }

    private static func print(_ answer: Answer) {
        let width = "\(answer.customers.first?.identifierCount ?? 0)".count
        for customer in answer.customers {
            let count = "\(customer.identifierCount)"
            Output.line(
                String(repeating: " ", count: width - count.count) + count + "  "
                    + customer.customerID + "  " + Escaping.terminal(customer.identifier.utf8))
        }
        if answer.customers.isEmpty { Output.line("there are no customers yet") }
    }
}

/// The largest components, in memory for those few: one walk over the checkpoint's heads, then each
/// that was chosen, for its anchor's text.
struct LargestComponents {
    /// A component as it is shown.
    struct Found {
        let count: Int
        let anchor: NodeKey
        let namespace: [UInt8]
        let value: [UInt8]
    }

    /// By size, the greatest first; equal ones by customer id.
    private(set) var components: [Found] = []

    private struct Candidate: Comparable {
        let count: Int
        let anchor: NodeKey
        let id: ComponentID

        static func < (left: Candidate, right: Candidate) -> Bool {
            left.count != right.count ? left.count > right.count : left.anchor < right.anchor
        }
    }

    /// Looks at everything that was folded.
    init(limit: Int, in store: OpenStore) throws(CommandEnd) {
        components = try store.failing { (runtime) throws(StoreFailure) in
            try runtime.checkpoint()
            return try Self.largest(limit, in: store.stored)
        }
    }

    private static func largest(
        _ limit: Int, in state: RocksState
    ) throws(StoreFailure) -> [Found] {
        var least = LeastElements<Candidate>(limit: limit)
        try StoredComponents.forEach(in: state, withMembers: false) { image in
            let count = image.isInRows ? image.memberCount : image.members.count
            least.offer(Candidate(count: count, anchor: image.anchor, id: image.id))
        }
        let names = try names(in: state)
        var found: [Found] = []
        for candidate in least.sorted { found.append(try describe(candidate, names, state)) }
        return found
    }

    private static func names(in state: RocksState) throws(StoreFailure) -> [[UInt8]] {
        guard let header = try StoredHeader.read(state) else { return [[]] }
        return [[]]
            + (try StoredHeader.names(.namespace, count: header.namespaceCount, state))
    }

    /// Reads a component's anchor for its text.
    private static func describe(
        _ candidate: Candidate, _ names: [[UInt8]], _ state: RocksState
    ) throws(StoreFailure) -> Found {
        var image = ComponentImage()
        try StoredComponents.read(
            candidate.id, with: candidate.anchor, in: state, into: &image)
        var start = 0
        for member in image.members {
            defer { start += member.valueCount }
            guard member.key == candidate.anchor, member.namespace < names.count else { continue }
            return Found(
                count: candidate.count, anchor: candidate.anchor,
                namespace: names[Int(member.namespace)],
                value: Array(image.values[start..<start + member.valueCount]))
        }
        throw StoreFailure(
            .damaged, "a component lacks the member that names it", remedy: Remedy.rebuild)
    }
}
