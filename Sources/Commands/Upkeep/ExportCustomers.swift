internal import Answers
internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// The customers of a store as JSON Lines, ordered by their ids: each with its version, identifiers
/// and profile. It is what a reader of the change feed holds that keeps the greatest version of
/// each customer, and beside that the anchor and where the profile came from.
struct ExportCustomers {
    /// Where a customer is; few bytes, for there may be many millions.
    private struct Place {
        let anchor: NodeKey
        let component: ComponentID
    }

    /// A line of the export.
    private struct Line: Encodable {
        let customerID: String
        let version: UInt64
        let anchor: String
        let identifiers: [String]
        let profile: [String: ProfileValue]
        let provenance: [String: Provenance]?

        private enum CodingKeys: String, CodingKey {
            case version, anchor, identifiers, profile, provenance
            case customerID = "customer_id"
        }
    }

    private let states: [RocksState]
    private let names: [[[UInt8]]]
    private let arithmetic: [ProfileArithmetic]
    private let reveal: Bool
    private var places: [Place] = []

    /// Looks for the customers in the checkpoints of a store, which hold all that was folded.
    init(_ store: OpenStore, reveal: Bool) throws(CommandEnd) {
        states = store.stored
        self.reveal = reveal
        var names: [[[UInt8]]] = []
        var arithmetic: [ProfileArithmetic] = []
        var places: [Place] = []
        try store.failing { (_) throws(StoreFailure) in
            for state in store.stored {
                let header = try StoredHeader.read(state)
                names.append(
                    try header.map { (header) throws(StoreFailure) in
                        [[]]
                            + (try StoredHeader.names(
                                .namespace, count: header.namespaceCount, state))
                    } ?? [[]])
                arithmetic.append(
                    ProfileArithmetic(
                        try header.map { (header) throws(StoreFailure) in
                            try StoredHeader.rules(of: header)
                        } ?? .standing))
                try StoredComponents.forEach(in: state, withMembers: false) { image in
                    places.append(Place(anchor: image.anchor, component: image.id))
                }
            }
        }
        places.sort { $0.anchor < $1.anchor }
        (self.names, self.arithmetic, self.places) = (names, arithmetic, places)
    }

    /// Gives the lines in order, each with its end.
    func forEach(
        in store: OpenStore, _ body: ([UInt8]) throws(CommandEnd) -> Void
    ) throws(CommandEnd) {
        for place in places {
            let line = try store.failing { (_) throws(StoreFailure) in
                do throws(StateError) {
                    return try self.line(place)
                } catch {
                    throw StoreFailure(error)
                }
            }
            if let line { try body(line) }
        }
    }

    /// A customer's line; nil where only joins have named its members yet.
    private func line(_ place: Place) throws(StateError) -> [UInt8]? {
        let partition = Int(place.component.host.rawValue)
        let reader = StoredState(states[partition])
        var customer = Gathered()
        var image = ComponentImage()
        guard try reader.readComponent(place.component, into: &image) else {
            throw StateError(.damaged, "a component has been lost in part")
        }
        if image.isInRows {
            var last: NodeKey?
            repeat {
                try reader.readMembers(
                    of: place.component, after: last, limit: Self.rowsAtOnce, into: &image)
                try customer.add(image, names[partition], arithmetic[partition], place.anchor)
                last = image.members.last?.key
            } while image.members.count == Self.rowsAtOnce
        } else {
            try customer.add(image, names[partition], arithmetic[partition], place.anchor)
        }
        guard let anchor = customer.texts[place.anchor] else { return nil }
        var profile = ProfileAnswer()
        if !customer.fold.isEmpty {
            let entries: [ProfileEntry]
            do throws(WireError) {
                entries = try arithmetic[partition].entries(of: customer.fold.span)
            } catch {
                throw StateError(.damaged, "a customer's profile cannot be read: \(error.reason)")
            }
            profile = try ProfileAnswer(
                entries, masking: reveal ? nil : arithmetic[partition].rules
            ) { customer.texts[$0] ?? $0.hexadecimal }
        }
        let line = Line(
            customerID: place.anchor.hexadecimal, version: customer.version, anchor: anchor,
            identifiers: customer.texts.values.sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }, profile: profile.values,
            provenance: profile.provenance.isEmpty ? nil : profile.provenance)
        return Array(JSONText.data(line)) + [UInt8(ascii: "\n")]
    }

    private static let rowsAtOnce = 512

    /// What was read of a customer so far.
    private struct Gathered {
        /// The members' texts, by key.
        var texts: [NodeKey: String] = [:]  // lookup only, but for the list that is sorted
        var fold: [UInt8] = []
        var version: UInt64 = 0

        mutating func add(
            _ image: ComponentImage, _ names: [[UInt8]], _ arithmetic: ProfileArithmetic,
            _ anchor: NodeKey
        ) throws(StateError) {
            var (value, fragment) = (0, 0)
            for member in image.members {
                guard member.namespace < names.count else {
                    throw StateError(.damaged, "a member's namespace has no name")
                }
                let text = image.values[value..<value + member.valueCount]
                value += member.valueCount
                if member.namespace != 0 {
                    texts[member.key] = String(
                        decoding: names[Int(member.namespace)] + [UInt8(ascii: ":")] + text,
                        as: UTF8.self)
                }
                if member.key == anchor { version = member.customerVersion }
                guard member.fragmentCount > 0 else { continue }
                let bytes = image.fragments.span.extracting(
                    fragment..<fragment + member.fragmentCount)
                fragment += member.fragmentCount
                do throws(WireError) {
                    try arithmetic.join(bytes, of: member.key, into: &fold)
                } catch {
                    throw StateError(.damaged, "a profile fragment cannot be read: \(error.reason)")
                }
            }
        }
    }
}
