import GraphCore
import IdentityModel
import NodeRuntime
import Testing
import WireFormat

/// Numbers for tests, the same for one seed for ever (SplitMix64; Steele, Lea, Flood, 2014).
struct VerifyRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// An event among few identifiers, times and sources, so that all of them meet often.
    mutating func event(identifiers: Int) -> VerifyEvent {
        let kinds = ["loyalty", "email", "cookie", "device"]
        func name(_ number: Int) -> String { "\(kinds[number % 4]):secret-\(number)" }
        let a = below(identifiers)
        let b = (a + 1 + below(identifiers - 1)) % identifiers
        let operation: LinkOperation
        switch below(20) {
        case 0..<11: operation = .link
        case 11..<15: operation = .unlink
        case 15..<17: operation = .ban
        case 17: operation = .unban
        default: operation = .observe
        }
        return VerifyEvent(
            operation: operation, a: name(a), b: name(b), time: Int64(below(40)) - 20,
            source: "source-\(below(3))", reason: below(4) == 0 ? "because \(below(3))" : "")
    }
}

/// Stores that the partition itself wrote have nothing to find.
@Suite struct VerifyCleanTests {
    @Test func shouldFindNothingInAnEmptyStore() throws {
        let report = try VerifyStore().verify()
        #expect(report.isClean)
        #expect(report.findings.isEmpty)
        #expect(report.identifiers == 0)
    }

    /// Any order of links, unlinks, bans, sightings, checkpoints and restarts leaves a store that
    /// agrees with itself; and what is counted is what the graph counts.
    @Test(arguments: 0..<UInt64(120))
    func oracleShouldFindNothingAfterRandomEvents(seed: UInt64) throws {
        var random = VerifyRandom(seed: seed)
        let store = try VerifyStore()
        let identifiers = 3 + random.below(60)
        for _ in 0..<4 + random.below(12) {
            var events: [VerifyEvent] = []
            for _ in 0..<1 + random.below(30) {
                events.append(random.event(identifiers: identifiers))
            }
            try store.append(events)
            guard random.below(3) == 0 else { continue }
            try store.checkpoint()
            if random.below(2) == 0 { try store.reopen() }
            let report = try store.verify()
            #expect(report.isClean, "\(report.findings)")
        }
        try store.checkpoint()
        let report = try store.verify()
        #expect(report.isClean, "\(report.findings)")
        #expect(report.findingCount == 0)
        #expect(report.identifiers == store.counters.identifiers)
        #expect(report.customers == store.counters.customers)
        #expect(report.pairs == store.counters.pairs)
        #expect(report.liveLinks == store.counters.liveLinks)
    }

    /// A component in rows, cut in two and joined again.
    @Test func shouldFindNothingInAComponentInRows() throws {
        let store = try VerifyStore()
        try store.append(VerifyDamage.chain)
        try store.checkpoint()
        var report = try store.verify()
        #expect(report.isClean, "\(report.findings)")
        #expect(report.identifiers == 1_300)
        #expect(report.customers == 1)
        #expect(try store.component(holding: "cookie:secret-0").isInRows)

        let (left, right) = ("cookie:secret-399", "cookie:secret-400")
        try store.append([.unlink(left, right, at: 5_000)])
        try store.checkpoint()
        try store.reopen()
        report = try store.verify()
        #expect(report.isClean, "\(report.findings)")
        #expect(report.customers == 2)
        #expect(report.liveLinks == 1_298)

        try store.append([.link(left, right, at: 6_000), .observe(left, at: -9)])
        try store.checkpoint()
        report = try store.verify()
        #expect(report.isClean, "\(report.findings)")
        #expect(report.customers == 1)
    }

    /// What is not in the checkpoint yet is not looked at.
    @Test func shouldVerifyTheCheckpointAlone() throws {
        let store = try VerifyStore()
        try store.append([.link("email:secret-1", "cookie:secret-2", at: 1)])
        #expect(try store.verify().identifiers == 0)
        try store.checkpoint()
        #expect(try store.verify().identifiers == 2)
    }
}
