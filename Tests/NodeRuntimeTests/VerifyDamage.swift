import GraphCore
import IdentityModel
import NodeRuntime
import Testing
import WireFormat

/// One way to damage a store, and all that the verifier must say of it.
struct VerifyDamage: CustomTestStringConvertible, Sendable {
    let name: String
    /// What the damage is.
    let code: VerifyFinding.Code
    /// What else follows from it: exactly these codes and no others.
    let following: Set<VerifyFinding.Code>
    let events: [VerifyEvent]
    let plant: @Sendable (VerifyStore) throws -> Void

    init(
        _ name: String, _ code: VerifyFinding.Code,
        and following: Set<VerifyFinding.Code> = [], in events: [VerifyEvent] = Self.customers,
        _ plant: @escaping @Sendable (VerifyStore) throws -> Void
    ) {
        self.name = name
        self.code = code
        self.following = following
        self.events = events
        self.plant = plant
    }

    var testDescription: String { name }

    static let all =
        keysAndValues + header + names + evidence + components + members + edges + rows + feed

    // MARK: What is damaged

    /// Five customers: three identifiers with a dead pair to a fourth, which is alone; one that a
    /// ban keeps apart; two that are linked; one that was only seen.
    static let customers: [VerifyEvent] = [
        .link(card, mail, at: 100), .link(card, mail, at: 120, by: "store"),
        .link(mail, cookie, at: 110), .observe(cookie, at: 90),
        .link(cookie, phone, at: 130), .unlink(cookie, phone, at: 140),
        .ban(mail, kiosk, at: 150, reason: "a shared kiosk"), .observe(kiosk, at: 160),
        .link(left, right, at: 200), .observe(lonely, at: 300),
    ]

    static let card = "loyalty:secret-card"
    static let mail = "email:secret-mail"
    static let cookie = "cookie:secret-cookie"
    static let phone = "device:secret-phone"
    static let kiosk = "device:secret-kiosk"
    static let left = "cookie:secret-left"
    static let right = "cookie:secret-right"
    static let lonely = "email:secret-lonely"

    /// One customer of 1,300 cookies in a row: a component in rows.
    static let chain: [VerifyEvent] = (0..<1_299).map { number in
        .link("cookie:secret-\(number)", "cookie:secret-\(number + 1)", at: Int64(1_000 + number))
    }
}

// MARK: Keys and values

extension VerifyDamage {
    static let keysAndValues: [VerifyDamage] = [
        VerifyDamage("a key of no family", .unknownKey) { $0.put([0x77, 1, 2], [1]) },
        VerifyDamage("a home's key that is too long", .unknownKey) {
            $0.put(StateKey.home(VerifyStore.key(card)) + [0], [1])
        },
        VerifyDamage("a key of the partition protocol", .unknownKey) { $0.put([0x30], [1]) },
        VerifyDamage(
            "a home's value cut short", .undecodableValue,
            and: [.counterMismatch, .evidenceDigestMismatch]
        ) { store in
            let key = StateKey.home(try store.lesser(card, mail))
            store.put(key, Array(store.value(key).dropLast()))
        },
        VerifyDamage(
            "a component's value cut short", .undecodableValue,
            and: [.componentDigestMismatch]
        ) { store in
            let key = StateKey.component(try store.home(left).component)
            store.put(key, Array(store.value(key).dropLast()))
        },
        VerifyDamage(
            "a home with an empty value", .undecodableValue,
            and: [.counterMismatch]
        ) { $0.put(StateKey.home(VerifyStore.key(lonely)), []) },
        VerifyDamage("a header cut short", .undecodableValue) { store in
            store.put(StateKey.header, Array(store.value(StateKey.header).dropLast()))
        },
        VerifyDamage(
            "a home of a later format", .newerFormat,
            and: [.counterMismatch]
        ) { store in
            let key = StateKey.home(VerifyStore.key(lonely))
            store.put(key, [9] + store.value(key).dropFirst())
        },
    ]
}

// MARK: The feed

extension VerifyDamage {
    static let feed: [VerifyDamage] = [
        VerifyDamage("a change too many", .feedMismatch) {
            try $0.editHeader { $0.changes += 1 }
        },
        VerifyDamage("a customer's version set back", .feedMismatch) { store in
            try store.editComponent(holding: lonely) { image, member in
                image.members[member].customerVersion -= 1
                image.members[member].namesCustomer = false
            }
        },
        VerifyDamage(
            "a fragment that nobody could join", .fragmentMismatch,
            and: [.componentDigestMismatch]
        ) { store in
            try store.editComponent(holding: lonely) { image, member in
                let start = image.members[..<member].reduce(0) { $0 + $1.fragmentCount }
                image.fragments.insert(contentsOf: [1, 0, 0, 0, 0, 0, 0, 0, 9], at: start)
                image.members[member].fragmentCount = 9
            }
        },
        VerifyDamage("an anchor that names nobody", .feedMismatch) { store in
            try store.editComponent(holding: lonely) { image, member in
                image.members[member].namesCustomer = false
            }
        },
        VerifyDamage("a member that is untold without a tick to come", .feedMismatch) { store in
            try store.editComponent(holding: mail) { image, member in
                image.members[member].isUntold = true
            }
        },
        VerifyDamage("a tick that is to tell of nobody", .feedMismatch) { store in
            let nobody = ComponentID(partition: VerifyStore.partition, sequence: 999)
            var batch = CheckpointBatch()
            batch.writeTouched(TouchedComponent(id: nobody, told: nil))
            store.state.apply(batch)
        },
    ]
}

// MARK: The header

extension VerifyDamage {
    static let header: [VerifyDamage] = [
        VerifyDamage("the header removed", .headerMissing) { $0.remove(StateKey.header) },
        VerifyDamage("identifiers off by one", .counterMismatch, and: [.headerImplausible]) {
            try $0.editHeader { $0.counters.identifiers += 1 }
        },
        VerifyDamage("customers off by one", .counterMismatch, and: [.headerImplausible]) {
            try $0.editHeader { $0.counters.customers -= 1 }
        },
        VerifyDamage("pairs off by one", .counterMismatch) {
            try $0.editHeader { $0.counters.pairs += 1 }
        },
        VerifyDamage("live links off by one", .counterMismatch) {
            try $0.editHeader { $0.counters.liveLinks -= 1 }
        },
        VerifyDamage("splits off by one", .headerImplausible) {
            try $0.editHeader { $0.counters.splits += 1 }
        },
        VerifyDamage("merges off by one", .headerImplausible) {
            try $0.editHeader { $0.counters.merges += 1 }
        },
        VerifyDamage("the mint set back", .mintedTooLow, and: [.headerImplausible]) {
            try $0.editHeader { $0.counters.minted = 1 }
        },
        VerifyDamage("the evidence digest off", .evidenceDigestMismatch) {
            try $0.editHeader { $0.evidenceDigest.second ^= 1 }
        },
        VerifyDamage("the component digest off", .componentDigestMismatch) {
            try $0.editHeader { $0.componentDigest.first ^= 1 }
        },
        VerifyDamage("done beyond the position", .headerImplausible) {
            try $0.editHeader { $0.doneOffset = $0.position + 1 }
        },
        VerifyDamage("a position before all state", .headerImplausible) {
            try $0.editHeader { $0.position = 0 }
        },
        VerifyDamage("messages sent to itself", .headerImplausible) {
            try $0.editHeader { $0.sent = [0, 0, 0, 5] }
        },
        VerifyDamage("messages seen from itself", .headerImplausible) {
            try $0.editHeader { $0.seen = [0, 0, 0, 5] }
        },
        VerifyDamage("no logic", .headerImplausible) {
            try $0.editHeader { $0.logicVersion = 0 }
        },
        VerifyDamage("a later logic", .newerFormat) {
            try $0.editHeader { $0.logicVersion = 2 }
        },
    ]

    // MARK: The name tables

    static let names: [VerifyDamage] = [
        VerifyDamage(
            "a namespace removed", .nameTableMismatch,
            and: [.namespaceUnknown, .anchorMismatch, .componentDigestMismatch]
        ) { $0.remove(StateKey.namespace(1)) },
        VerifyDamage(
            "the last source removed", .nameTableMismatch,
            and: [.sourceUnknown, .evidenceDigestMismatch]
        ) { $0.remove(StateKey.source(3)) },
        VerifyDamage("a source too many", .nameTableMismatch) {
            $0.put(StateKey.source(4), Array("call-centre".utf8))
        },
        VerifyDamage("fewer namespaces in the header", .nameTableMismatch) {
            try $0.editHeader { $0.namespaceCount -= 1 }
        },
        VerifyDamage(
            "two sources of one name", .nameDuplicate,
            and: [.evidenceDigestMismatch]
        ) { $0.put(StateKey.source(2), $0.value(StateKey.source(1))) },
        VerifyDamage("a namespace in capitals", .nameInvalid, and: [.keyMismatch]) {
            $0.put(StateKey.namespace(3), Array("COOKIE".utf8))
        },
        VerifyDamage("a source that is not text", .nameInvalid, and: [.evidenceDigestMismatch]) {
            $0.put(StateKey.source(1), [0xff, 0xfe])
        },
        VerifyDamage("a member of namespace 0", .namespaceUnknown) {
            try $0.editComponent(holding: lonely) { $0.members[$1].namespace = 0 }
        },
        VerifyDamage(
            "a register of a source without a name", .sourceUnknown,
            and: [.evidenceDigestMismatch]
        ) {
            try $0.editPair(left, right) { home, _ in home.registers[0].source = 99 }
        },
    ]
}

extension VerifyStore {
    /// The key of the pair's lesser end: the home that keeps its evidence.
    func lesser(_ one: String, _ other: String) throws -> NodeKey {
        min(Self.key(one), Self.key(other))
    }
}
