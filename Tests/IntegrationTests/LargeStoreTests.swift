import Testing

/// Graphs larger than memory, and customers larger than anyone should have: the same answers, the
/// same digest.
@Suite("Large stores")
struct LargeStoreTests {
    private static let key = "000102030405060708090a0b0c0d0e0f"

    /// A million links, of which 64 MiB hold a part.
    @Test func shouldGiveOneDigestInLittleMemoryAndInMuch() throws {
        #if DEBUG
        let links = 50_000
        #else
        let links = 1_000_000
        #endif
        let test = try TestStore()
        try test.write("key", Self.key)
        let made = try test.shell(
            "kindred generate --links \(links) --seed 5 --unlinks 3 > events.jsonl")
        try #require(made.status == 0, "\(made.errors)")
        var digests: [String] = []
        for memory in ["64MiB", "4GiB"] {
            try replay("events.jsonl", in: test, memory)
            digests.append(try test.digest(of: memory))
        }
        #expect(digests[0] == digests[1])
    }

    /// A hub's leaves, a row of identifiers, everybody with everybody: made, and taken apart link
    /// by link in another order.
    @Test(arguments: ["star", "chain", "clique"])
    func shouldTakeLargeCustomersApart(_ shape: String) throws {
        let count = TestStore.isNightly ? (shape == "clique" ? 1_000 : 200_000) : 700
        let pairs = Self.pairs(shape, count)
        let test = try TestStore()
        try test.write("key", Self.key)
        try test.write("links.jsonl", Self.events(pairs, "link", from: 1_000))
        // Another order, the same each time: steps of a size that shares no factor with the count.
        let step = 7_919
        let cuts = pairs.indices.map { pairs[($0 * step) % pairs.count] }
        try #require(Set(cuts.map { "\($0)" }).count == pairs.count)
        try test.write("cuts.jsonl", Self.events(cuts, "unlink", from: 50_000_000))
        var digests: [String] = []
        for memory in ["32MiB", "4GiB"] {
            try replay("links.jsonl", in: test, memory)
            var stats = try test.json("stats", "--data", memory)
            #expect(stats["customers"].integer == 1)
            try replay("cuts.jsonl", in: test, memory)
            stats = try test.json("stats", "--data", memory)
            #expect(stats["customers"].integer == count)
            digests.append(try test.digest(of: memory))
        }
        #expect(digests[0] == digests[1])
    }

    private static func pairs(_ shape: String, _ count: Int) -> [(Int, Int)] {
        switch shape {
        case "star": (1..<count).map { (0, $0) }
        case "chain": (1..<count).map { ($0 - 1, $0) }
        default: (0..<count).flatMap { left in (0..<left).map { ($0, left) } }
        }
    }

    private static func events(
        _ pairs: [(Int, Int)], _ operation: String, from time: Int
    ) -> String {
        var text = ""
        for (index, pair) in pairs.enumerated() {
            text += #"{"op":"\#(operation)","a":"cookie:c\#(pair.0)","b":"cookie:c\#(pair.1)","#
            text += #""ts":\#(time + index),"source":"s"}"# + "\n"
        }
        return text
    }

    /// Replays a file into the store that is called after its memory, which is then whole.
    private func replay(_ file: String, in test: TestStore, _ memory: String) throws {
        try test.json(
            "replay", file, "--data", memory, "--key-file", "key", "--memory", memory)
        let verified = try test.run("verify", "--data", memory)
        #expect(verified.status == 0, "\(verified.output)")
    }
}
