import GraphCore
import IdentityModel
import TestSupport
import Testing

@Suite("Digests")
struct DigestTests {
    @Test func shouldSumInAnyOrderAndTakePartsOut() {
        var chance = SeededGenerator(seed: 1)
        let parts = (0..<50).map { _ in Digest(first: chance.next(), second: chance.next()) }
        var sum = Digest.zero
        for part in parts { sum += part }
        var other = Digest.zero
        for part in chance.shuffled(parts) { other += part }
        #expect(sum == other)
        for part in chance.shuffled(parts) { sum -= part }
        #expect(sum == .zero)
    }

    /// The mixing stands in stored digests and checksums: its results never change.
    @Test func shouldHashAsFormatOneDoes() {
        let text = Array("kindred: one customer".utf8)
        #expect(Mixing.hash(1, 2) == 0xa655_8dee_2f2d_0bbd)
        #expect(Mixing.hash(text.span) == 0x346a_1157_567e_adaa)
        #expect(Mixing.hash([UInt8]().span) == 0x0850_668c_d555_71af)
        #expect(Mixing.digest(1, 2, 3, 4).hexadecimal == "bc02847ff843ade64a0dc55b046ee9ac")
    }

    @Test func shouldTellBytesApartByLengthPositionAndSeed() {
        var seen: Set<UInt64> = []
        var count = 0
        for length in 0..<40 {
            for place in 0..<max(1, length) {
                var bytes = [UInt8](repeating: 0, count: length)
                if length > 0 { bytes[place] = 1 }
                seen.insert(Mixing.hash(bytes.span))
                seen.insert(Mixing.hash(bytes.span, seed: 1))
                count += 2
            }
            seen.insert(Mixing.hash([UInt8](repeating: 0, count: length).span, seed: 2))
            count += 1
        }
        #expect(seen.count == count)
    }

    /// Each thing that a register says changes its part of the digest.
    @Test func shouldTellRegistersApart() {
        let (a, b, c) = (
            NodeKey(high: 1, low: 2), NodeKey(high: 3, low: 4), NodeKey(high: 5, low: 6)
        )
        var parts: Set<Digest> = []
        var count = 0
        for (one, other) in [(a, b), (b, c), (a, c)] {
            for operation in [LinkOperation.link, .unlink, .ban, .unban] {
                for time in [-1, 0, 1] {
                    for source in ["web", "app"] {
                        for reason in ["", "kiosk"] {
                            parts.insert(
                                EvidenceDigest.register(
                                    one, other,
                                    sourceHash: EvidenceDigest.source(Array(source.utf8)),
                                    operation: operation,
                                    time: EventTime(milliseconds: Int64(time)),
                                    reasonHash: EvidenceDigest.reason(Array(reason.utf8))))
                            count += 1
                        }
                    }
                }
            }
        }
        #expect(parts.count == count)
    }
}
