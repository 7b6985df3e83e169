import GraphCore
import IdentityModel
import RocksStore
import Testing
import WireFormat

/// `kindred verify` finds what somebody wrote into the database behind Kindred's back: each test
/// plants one kind of damage by raw keys into the files of a store, and runs the built program.
@Suite("Planted damage")
struct PlantedDamageTests {
    /// One kind of damage: what is written, and the word that verify must say of it.
    struct Damage: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let code: String
        let plant: @Sendable (inout Planter) throws -> Void
    }

    static let damages: [Damage] = [
        Damage(testDescription: "a key of no family", code: "unknown_key") {
            $0.put([0x77, 1, 2], [1])
        },
        Damage(testDescription: "a home that ends early", code: "undecodable_value") {
            let home = try $0.first(.home)
            $0.put(home.key, Array(home.value.dropLast()))
        },
        Damage(testDescription: "a home that is gone", code: "home_missing") {
            $0.delete(try $0.first(.home).key)
        },
        Damage(testDescription: "a component that is gone", code: "member_missing") {
            $0.delete(try $0.first(.component).key)
        },
        Damage(testDescription: "a directory that points elsewhere", code: "directory_mismatch") {
            try $0.changeHome { $0.component = ComponentID(rawValue: 999_999) }
        },
        Damage(testDescription: "a directory's version", code: "directory_mismatch") {
            try $0.changeHome { $0.version += 1 }
        },
        Damage(testDescription: "a liveness that is not said", code: "liveness_mismatch") {
            try $0.changeHome { $0.pairs[0].isLive.toggle() }
        },
        Damage(testDescription: "a register's time", code: "evidence_digest_mismatch") {
            try $0.changeHome {
                let time = $0.registers[0].time.milliseconds
                $0.registers[0].time = EventTime(milliseconds: time + 1)
            }
        },
        Damage(testDescription: "an anchor that is not the least", code: "anchor_mismatch") {
            try $0.changeComponent { image in
                let other = image.members.first { $0.key != image.anchor }
                image.anchor = try #require(other).key
            }
        },
        Damage(testDescription: "a member under another value", code: "key_mismatch") {
            try $0.changeComponent { $0.values[$0.values.count - 1] ^= 1 }
        },
        Damage(testDescription: "an edge that is gone", code: "edge_missing") {
            try $0.changeComponent { image in
                let member = try #require(image.members.firstIndex { $0.edgeCount > 0 })
                image.edges.removeFirst()
                image.members[member].edgeCount -= 1
            }
        },
        Damage(testDescription: "a member seen later than linked", code: "first_seen_too_late") {
            try $0.changeComponent {
                let seen = $0.members[0].firstSeen.milliseconds
                $0.members[0].firstSeen = EventTime(milliseconds: seen + 1_000_000_000_000)
            }
        },
        Damage(testDescription: "a counter", code: "counter_mismatch") {
            try $0.changeHeader { $0.counters.identifiers += 1 }
        },
        Damage(testDescription: "a digest", code: "component_digest_mismatch") {
            try $0.changeHeader { $0.componentDigest.first ^= 1 }
        },
        Damage(testDescription: "a stale component", code: "component_stale") {
            let component = try $0.first(.component)
            $0.put(StateKey.component(ComponentID(rawValue: 1 << 40)), component.value)
        },
    ]

    @Test(arguments: damages)
    func shouldFindDamageThatWasPlanted(_ damage: Damage) throws {
        let test = try TestStore()
        try test.run("replay", "--json", "-", input: Self.events)
        #expect(try test.run("verify").status == 0)
        var planter = try Planter(folder: test.data + "/partitions/0")
        try damage.plant(&planter)
        try planter.close()
        let finished = try test.run("verify", "--json")
        #expect(finished.status == 1)
        #expect(finished.text.contains("\"\(damage.code)\""), "\(finished.text)")
        #expect(!finished.text.contains("example"), "a finding shows no identifier's value")
    }

    /// Some customers of three identifiers; every pair has evidence.
    private static var events: String {
        (0..<20).map { customer in
            """
            {"a":"email:c\(customer)@example.com","b":"cookie:k\(customer)","ts":\(customer)}
            {"a":"email:c\(customer)@example.com","b":"device:d\(customer)","ts":\(customer + 9)}

            """
        }.joined()
    }
}

/// Writes raw keys into a state database.
struct Planter: ~Copyable {
    private let database: RocksDatabase
    private var batch = WriteBatch()

    init(folder: String) throws {
        database = try RocksDatabase(directory: folder, options: .state)
    }

    mutating func put(_ key: [UInt8], _ value: [UInt8]) { batch.put(key, value) }
    mutating func delete(_ key: [UInt8]) { batch.delete(key) }

    /// The first entry of a family, of homes the first that has evidence.
    func first(_ family: StateKey.Family) throws -> (key: [UInt8], value: [UInt8]) {
        var found: (key: [UInt8], value: [UInt8])?
        let range = KeyRange(
            lower: StateKey.first(of: family), upper: StateKey.end(of: family))
        try database.forEach(in: range) { key, value in
            let entry = (Self.copy(key), Self.copy(value))
            if family == .home {
                var image = HomeImage()
                try? HomeCodec.decode(value, key: NodeKey(high: 0, low: 0), into: &image)
                guard !image.pairs.isEmpty else { return true }
            }
            found = entry
            return false
        }
        return try #require(found)
    }

    mutating func changeHome(_ change: (inout HomeImage) throws -> Void) throws {
        let home = try first(.home)
        guard case .home(let node) = StateKey.parse(home.key.span) else { return }
        var image = HomeImage()
        try HomeCodec.decode(home.value.span, key: node, into: &image)
        try change(&image)
        var value: [UInt8] = []
        HomeCodec.encode(image, into: &value)
        put(home.key, value)
    }

    mutating func changeComponent(_ change: (inout ComponentImage) throws -> Void) throws {
        let component = try first(.component)
        guard case .component(let id) = StateKey.parse(component.key.span) else { return }
        var image = ComponentImage()
        try ComponentCodec.decode(component.value.span, id: id, into: &image)
        try change(&image)
        var value: [UInt8] = []
        ComponentCodec.encode(image, into: &value)
        put(component.key, value)
    }

    mutating func changeHeader(_ change: (inout PartitionHeader) -> Void) throws {
        let stored = try first(.header).value
        var header = try PartitionHeader(stored.span)
        change(&header)
        put(StateKey.header, header.encoded)
    }

    mutating func close() throws {
        try database.write(batch, sync: true)
        database.close()
    }

    private static func copy(_ bytes: Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        for index in 0..<bytes.count { copy.append(bytes[index]) }
        return copy
    }
}
