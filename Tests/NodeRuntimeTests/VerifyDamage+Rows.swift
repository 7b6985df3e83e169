import GraphCore
import NodeRuntime
import WireFormat

// MARK: What is in rows

extension VerifyDamage {
    /// A hub of 300 leaves; it is the lesser end of all pairs, so its home is in rows too.
    static let star: [VerifyEvent] = starEnds.dropFirst().map { .link(starEnds[0], $0, at: 9) }

    private static let starEnds = (0...300).map { "cookie:secret-s\($0)" }
        .sorted { VerifyStore.key($0) < VerifyStore.key($1) }
    private static var hub: String { starEnds[0] }

    static let rows: [VerifyDamage] = [
        VerifyDamage(
            "the head dropped", .componentHeadMissing, and: [.componentDigestMismatch], in: chain
        ) { store in
            store.remove(StateKey.component(try store.home("cookie:secret-0").component))
        },
        VerifyDamage("fewer members in the head", .memberCountMismatch, in: chain) { store in
            try store.editHead(holding: "cookie:secret-0") { $0.memberCount -= 1 }
        },
        VerifyDamage("fewer edges in the head", .edgeCountMismatch, in: chain) { store in
            try store.editHead(holding: "cookie:secret-0") { $0.edgeCount -= 1 }
        },
        VerifyDamage("another sum in the head", .memberSumMismatch, in: chain) { store in
            try store.editHead(holding: "cookie:secret-0") { $0.memberSum += $0.memberSum }
        },
        VerifyDamage("a rank dropped", .rankRowMismatch, in: chain) { store in
            try store.removeFirstRow {
                if case .rank = $0 { true } else { false }
            }
        },
        VerifyDamage("a way back dropped", .backEdgeMismatch, in: chain) { store in
            try store.removeFirstRow {
                if case .backEdge = $0 { true } else { false }
            }
        },
        VerifyDamage(
            "an edge's row dropped", .edgeMissing, and: [.edgeCountMismatch, .backEdgeMismatch],
            in: chain
        ) { store in
            try store.removeFirstRow {
                if case .edge = $0 { true } else { false }
            }
        },
        VerifyDamage(
            "a member's row cut short", .undecodableValue, and: [.componentDigestMismatch],
            in: chain
        ) { store in
            let id = try store.home("cookie:secret-7").component
            let key = StateKey.member(VerifyStore.key("cookie:secret-7"), of: id)
            store.put(key, Array(store.value(key).dropLast()))
        },
        VerifyDamage("more pairs in a home's head", .pairCountMismatch, in: star) { store in
            try store.editHome(hub) { $0.pairCount += 1 }
        },
        VerifyDamage(
            "a pair's row dropped", .pairCountMismatch,
            and: [
                .counterMismatch, .evidenceDigestMismatch, .edgeExtra, .componentDisconnected,
            ], in: star
        ) { store in
            try store.removeFirstRow {
                if case .pair = $0 { true } else { false }
            }
        },
        VerifyDamage("a small home in rows", .homeFormMismatch) { store in
            try store.editHome(lonely) { $0.isInRows = true }
        },
        VerifyDamage("a pair's row where none belongs", .pairOrphan) { store in
            let (a, b) = (VerifyStore.key(left), VerifyStore.key(lonely))
            store.put(StateKey.pair(a, b), [1, 0, 0, 0])
        },
    ]
}

extension VerifyStore {
    /// Changes the head of the component in rows that holds an identifier.
    func editHead(holding text: String, _ change: (inout ComponentImage) -> Void) throws {
        var image = try component(holding: text)
        precondition(image.isInRows, "the test names a component that is in one value")
        change(&image)
        try write(image)
    }

    /// Changes each member of the component in rows that holds an identifier.
    func editMembers(
        holding text: String, _ change: (inout ComponentImage) -> Void
    ) throws {
        let id = try component(holding: text).id
        var image = ComponentImage()
        for entry in entries {
            guard case .member(let key, id) = StateKey.parse(entry.key.span) else { continue }
            image.reset(id)
            try ComponentCodec.decodeMemberRow(entry.value.span, key: key, into: &image)
            change(&image)
            var value: [UInt8] = []
            ComponentCodec.encodeMemberRow(image, into: &value)
            put(entry.key, value)
        }
    }

    /// Removes the first entry of a kind.
    func removeFirstRow(_ isWanted: (StateKey.Parsed) -> Bool) throws {
        for entry in entries {
            guard let key = StateKey.parse(entry.key.span), isWanted(key) else { continue }
            return remove(entry.key)
        }
        preconditionFailure("the test asks for a kind of row that is not there")
    }
}
