import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

/// Bodies of messages under damage: an error, or messages that would be written as these bytes and
/// no others; never a trap.
@Suite("Damaged messages")
struct MessageDamageTests {
    /// Each value of each byte, and each prefix.
    @Test(arguments: MessageTests.kinds.map(\.name))
    func shouldSurviveEveryChangedByte(name: String) throws {
        let message = try #require(MessageTests.kinds.first { $0.name == name }).message
        let body = MessageBytes.body([message, .next(transfer: .none, index: 0)])
        var read = 0
        for place in body.indices {
            #expect(throws: WireError.self, "cut to \(place) bytes") {
                try MessageBytes.read(Array(body[..<place]))
            }
            var damaged = body
            for change in 1...UInt8.max {
                damaged[place] = body[place] ^ change
                if MessageBytes.holds(damaged) { read += 1 }
            }
        }
        #expect(throws: WireError.self) { try MessageBytes.read(body + [0]) }
        #expect(read > 0, "no change of a key should be noticed here")
    }

    @Test func shouldSurviveRandomDamage() {
        var chance = SeededGenerator(seed: 1)
        let bodies = (0..<60).map { _ in
            MessageBytes.body(RandomMessages.messages(1 + chance.below(4), &chance))
        }
        let rounds = TestBudget.rounds(20_000)
        var read = 0
        for _ in 0..<rounds {
            if MessageBytes.holds(Mutation.damaged(chance.pick(bodies), &chance)) { read += 1 }
        }
        #expect(read > 0 && rounds - read > rounds / 10, "the damage should be of both kinds")
    }

    @Test func shouldSurviveBytesOfChance() {
        var chance = SeededGenerator(seed: 2)
        let codes: [UInt8] = [0x01, 0x12, 0x23, 0x04, 0x15, 0x31, 0x32, 0x33, 0x34]
        for _ in 0..<TestBudget.rounds(20_000) {
            let rest = (0..<chance.below(60)).map { _ in
                chance.pick([0, 0, 1, 1, 2, 0x7f, 0x80, 0xff, UInt8(chance.below(256))])
            }
            _ = MessageBytes.holds([0, 1, chance.pick(codes)] + rest)
        }
    }

    private static let code: [UInt8] = [0x05, 1, 77]  // A retry for component 1:77.
    private static let low = [UInt8](repeating: 0, count: 16)
    private static let high = [UInt8](repeating: 1, count: 16)

    private func refusal(_ body: [UInt8]) -> WireError.Code? {
        do throws(WireError) {
            _ = try MessageBytes.read(body)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func shouldRefuseWhatNoWriterWrites() {
        let retry = Self.code + Self.low + Self.high
        #expect(refusal([0, 1] + retry) == nil)
        #expect(refusal([0, 0]) == .damaged, "a delivery of nothing")
        #expect(refusal([0, 2] + retry) == .damaged)
        #expect(refusal([1, 1, 97, 1] + retry) == .damaged, "a namespace that is not used")
        #expect(refusal([0, 1] + Self.code + Self.high + Self.low) == .damaged, "swapped ends")
        #expect(refusal([0, 1] + Self.code + Self.low + Self.low) == .damaged, "one end")
        // A sequence beyond 48 bits, and a partition beyond 16.
        let overSequence: [UInt8] = [0x05, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]
        #expect(refusal([0, 1] + overSequence + Self.low + Self.high) == .damaged)
        let overPartition: [UInt8] = [0x05, 0x80, 0x80, 4, 77]
        #expect(refusal([0, 1] + overPartition + Self.low + Self.high) == .damaged)
        // Kinds that a later program may write.
        for code: UInt8 in [0x00, 0x07, 0x17, 0x27, 0x30, 0x35, 0x41, 0xff] {
            #expect(refusal([0, 1, code] + retry.dropFirst()) == .newerFormat)
        }
    }

    @Test func shouldRefuseNamespacesOutOfTurn() {
        func seen(_ namespace: UInt8) -> [UInt8] {
            [0x01, 1, 77] + Self.low + [0, namespace, 1, 50]
        }
        let (a, b): ([UInt8], [UInt8]) = ([1, 97], [1, 98])
        #expect(refusal([2] + a + b + [2] + seen(1) + seen(2)) == nil)
        #expect(refusal([2] + a + b + [2] + seen(2) + seen(1)) == .damaged)
        #expect(refusal([2] + a + b + [2] + seen(1) + seen(1)) == .damaged)
        #expect(refusal([2] + a + a + [2] + seen(1) + seen(2)) == .damaged)
        #expect(refusal([1] + a + [1] + seen(0)) == .damaged)
        #expect(refusal([1] + a + [2] + seen(1) + seen(2)) == .damaged)
        #expect(refusal([1, 0, 1] + seen(1)) == .damaged, "a namespace has a name")
    }
}
