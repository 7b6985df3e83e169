import GraphCore
import IdentityModel
import NodeRuntime
import WireFormat

// MARK: Evidence

extension VerifyDamage {
    static let evidence: [VerifyDamage] = [
        VerifyDamage("a live flag flipped to dead", .livenessMismatch) {
            try $0.editPair(left, right) { $0.pairs[$1].isLive = false }
        },
        VerifyDamage("a dead flag flipped to live", .livenessMismatch) {
            try $0.editPair(cookie, phone) { $0.pairs[$1].isLive = true }
        },
        VerifyDamage(
            "the only register removed", .pairEmpty,
            and: [
                .livenessMismatch, .pairVersionMismatch, .leastLinkTimeMismatch, .edgeMismatch,
                .componentDisconnected, .counterMismatch, .evidenceDigestMismatch,
            ]
        ) {
            try $0.editPair(left, right) { home, pair in
                home.registers = []
                home.pairs[pair].registerCount = 0
            }
        },
        VerifyDamage("one of two registers removed", .evidenceDigestMismatch) {
            try $0.editPair(card, mail) { home, pair in
                home.registers.remove(at: Self.firstRegister(of: pair, in: home))
                home.pairs[pair].registerCount -= 1
            }
        },
        VerifyDamage("a reason reworded", .evidenceDigestMismatch) {
            try $0.editPair(mail, kiosk) { home, _ in home.reasons[0] ^= 0x20 }
        },
        VerifyDamage("a register twice", .registersUnordered, and: [.evidenceDigestMismatch]) {
            try $0.editPair(left, right) { home, pair in
                home.registers.append(home.registers[0])
                home.pairs[pair].registerCount = 2
            }
        },
        VerifyDamage("two registers exchanged", .registersUnordered) {
            try $0.editPair(card, mail) { home, pair in
                let first = Self.firstRegister(of: pair, in: home)
                home.registers.swapAt(first, first + 1)
            }
        },
        VerifyDamage(
            "a register of the year 10000", .timeOutOfRange, and: [.evidenceDigestMismatch]
        ) {
            try $0.editPair(left, right) { home, _ in
                home.registers[0].time = EventTime(
                    milliseconds: EventTime.maximum.milliseconds + 1)
            }
        },
        VerifyDamage(
            "a least link time after the link", .leastLinkTimeMismatch,
            and: [.evidenceDigestMismatch]
        ) {
            try $0.editPair(left, right) {
                $0.pairs[$1].leastLinkTime = EventTime(milliseconds: 201)
            }
        },
        VerifyDamage(
            "no least link time", .leastLinkTimeMismatch, and: [.evidenceDigestMismatch]
        ) {
            try $0.editPair(left, right) { $0.pairs[$1].leastLinkTime = .never }
        },
        VerifyDamage(
            "a least link time of a pair that was never linked", .leastLinkTimeMismatch,
            and: [.evidenceDigestMismatch]
        ) {
            try $0.editPair(mail, kiosk) {
                $0.pairs[$1].leastLinkTime = EventTime(milliseconds: 500)
            }
        },
        VerifyDamage(
            "a version that does not fit", .pairVersionMismatch, and: [.edgeMismatch]
        ) {
            try $0.editPair(left, right) { $0.pairs[$1].version += 1 }
        },
        VerifyDamage(
            "a home without its component", .endMissing,
            and: [.directoryMismatch, .counterMismatch]
        ) {
            try $0.editHome(left) { home in
                home.component = .none
                home.version = 0
            }
        },
    ]

    static func firstRegister(of pair: Int, in home: HomeImage) -> Int {
        home.pairs[..<pair].reduce(0) { $0 + $1.registerCount }
    }
}

// MARK: Components

extension VerifyDamage {
    static let components: [VerifyDamage] = [
        VerifyDamage("a component of another partition", .componentForeign) { store in
            try store.move(lonely, to: ComponentID(partition: PartitionID(9), sequence: 1))
        },
        VerifyDamage("a component never minted", .mintedTooLow) { store in
            try store.move(
                lonely, to: ComponentID(partition: VerifyStore.partition, sequence: 77))
        },
        VerifyDamage("a row of a component in one value", .rowOrphan) { store in
            let id = try store.home(left).component
            store.put(StateKey.member(VerifyStore.key(left), of: id), [1, 1, 2, 1, 0, 0])
        },
        VerifyDamage("no members", .undecodableValue, and: [.componentDigestMismatch]) { store in
            // Format, flags, rank and anchor take 19 bytes; then the count.
            let key = StateKey.component(try store.home(lonely).component)
            var value = store.value(key)
            value[19] = 0
            store.put(key, value)
        },
        VerifyDamage("a stale component left behind", .componentStale) { store in
            var image = try store.component(holding: left)
            image.id = try store.vacantID()
            try store.write(image)
        },
        VerifyDamage(
            "two customers in one component", .componentDisconnected,
            and: [.componentDigestMismatch]
        ) { store in
            try store.adopt(kiosk, into: card)
        },
        VerifyDamage(
            "a customer in two components", .componentIncomplete,
            and: [.componentDigestMismatch]
        ) { store in
            try store.part(right, to: store.vacantID())
        },
        VerifyDamage("the wrong anchor", .anchorMismatch) { store in
            try store.editComponent(holding: card) { image, _ in
                image.anchor = VerifyStore.key(mail)
            }
        },
        VerifyDamage("an anchor that is no member", .anchorMismatch) { store in
            try store.editComponent(holding: card) { image, _ in
                image.anchor = VerifyStore.key(lonely)
            }
        },
        VerifyDamage("a rank under the size", .rankMismatch) { store in
            try store.editComponent(holding: card) { image, _ in image.rank = 2 }
        },
        VerifyDamage("a rank over all identifiers", .rankMismatch) { store in
            try store.editComponent(holding: card) { image, _ in image.rank = 9 }
        },
    ]
}

// MARK: Members and edges

extension VerifyDamage {
    static let members: [VerifyDamage] = [
        VerifyDamage(
            "a home dropped", .homeMissing, and: [.counterMismatch]
        ) { $0.remove(StateKey.home(VerifyStore.key(lonely))) },
        VerifyDamage(
            "the home of a linked pair's greater end dropped", .homeMissing,
            and: [.endMissing, .counterMismatch]
        ) { store in
            store.remove(
                StateKey.home(max(VerifyStore.key(left), VerifyStore.key(right))))
        },
        VerifyDamage("a wrong version in the directory", .directoryMismatch) {
            try $0.editHome(right) { $0.version += 1 }
        },
        VerifyDamage("a wrong component in the directory", .directoryMismatch) { store in
            let other = try store.home(lonely).component
            try store.editHome(right) { $0.component = other }
        },
        VerifyDamage(
            "an only member's home that names another component", .componentStale,
            and: [.memberMissing, .componentDigestMismatch]
        ) { store in
            let other = try store.home(left).component
            try store.editHome(lonely) { $0.component = other }
        },
        VerifyDamage("a component dropped", .memberMissing, and: [.componentDigestMismatch]) {
            $0.remove(StateKey.component(try $0.home(left).component))
        },
        VerifyDamage(
            "an extra member that another component has", .memberDuplicate,
            and: [.directoryMismatch, .componentDisconnected, .componentDigestMismatch]
        ) { store in
            try store.copy(kiosk, into: card)
        },
        VerifyDamage(
            "an extra member that no event named", .homeMissing,
            and: [.componentDigestMismatch]
        ) { store in
            try store.editComponent(holding: card) { image, _ in
                image.insert(
                    MemberImage(
                        key: VerifyStore.key("email:secret-ghost"), version: 1,
                        firstSeen: EventTime(milliseconds: 5), namespace: 2, valueCount: 0,
                        edgeCount: 0), value: Array("secret-ghost".utf8))
            }
        },
        VerifyDamage("a wrong value for the key", .keyMismatch) {
            try $0.editComponent(holding: lonely) { image, _ in image.values[0] ^= 1 }
        },
        VerifyDamage("a wrong namespace for the key", .keyMismatch) {
            try $0.editComponent(holding: lonely) { $0.members[$1].namespace = 3 }
        },
        VerifyDamage(
            "a first sighting after a link", .firstSeenTooLate, and: [.componentDigestMismatch]
        ) {
            try $0.editComponent(holding: right) {
                $0.members[$1].firstSeen = EventTime(milliseconds: 201)
            }
        },
        VerifyDamage(
            "a first sighting in the year 10000", .timeOutOfRange,
            and: [.componentDigestMismatch]
        ) {
            try $0.editComponent(holding: lonely) { $0.members[$1].firstSeen = .never }
        },
    ]

    static let edges: [VerifyDamage] = [
        VerifyDamage("a live edge dropped", .edgeMissing) { store in
            try store.editEdges(left, right) { $0 = [] }
        },
        VerifyDamage("a dead edge dropped", .edgeMissing) { store in
            try store.editEdges(cookie, phone) { edges in edges.removeAll { !$0.isLive } }
        },
        VerifyDamage("an edge that no pair asks for", .edgeExtra) { store in
            try store.editEdges(left, right) { edges in
                edges.append(
                    EdgeImage(
                        other: NodeKey(high: .max, low: .max), version: 1, isLive: true))
            }
        },
        VerifyDamage("an edge of another version", .edgeMismatch) { store in
            try store.editEdges(left, right) { $0[0].version += 2 }
        },
        VerifyDamage("an edge of another liveness", .edgeMismatch) { store in
            try store.editEdges(left, right) { $0[0].isLive = false }
        },
        VerifyDamage(
            "an edge twice", .undecodableValue, and: [.componentDigestMismatch]
        ) { store in
            try store.editEdges(left, right) { $0.append($0[0]) }
        },
    ]
}
