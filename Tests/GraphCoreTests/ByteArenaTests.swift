import GraphCore
import TestSupport
import Testing

@Suite("Byte arena")
struct ByteArenaTests {
    @Test func differentialArenaAgainstArrays() {
        var chance = SeededGenerator(seed: 5)
        var arena = ByteArena()
        var held: [(reference: UInt32, text: [UInt8])] = []
        for _ in 0..<TestBudget.rounds(8_000) {
            if chance.chance(65) || held.isEmpty {
                let longest = chance.pick([8, ByteArena.maximumBytes])
                let text = chance.bytes(1 + chance.below(longest))
                held.append((arena.store(text.span), text))
            } else {
                let (reference, text) = held.remove(at: chance.below(held.count))
                #expect(Self.read(arena, reference, text.count) == text)
                arena.release(reference, count: text.count)
            }
        }
        #expect(Set(held.map(\.reference)).count == held.count)
        #expect(held.allSatisfy { Self.read(arena, $0.reference, $0.text.count) == $0.text })
        #expect(arena.byteCount > 1 << 20, "the test should need several chunks")
    }

    @Test func shouldGiveReleasedRoomAgainToStringsOfTheSameSize() {
        var arena = ByteArena()
        let first = arena.store([1, 2, 3].span)
        let second = arena.store([9].span)
        arena.release(first, count: 3)
        let third = arena.store([4, 5, 6, 7, 8].span)
        #expect(third == first, "three and five bytes both take one unit of eight")
        #expect(Self.read(arena, third, 5) == [4, 5, 6, 7, 8])
        #expect(Self.read(arena, second, 1) == [9])
    }

    @Test func shouldKnowTheEmptyStringAsNothing() {
        var arena = ByteArena()
        #expect(arena.store([UInt8]().span) == 0)
        arena.release(0, count: 0)
        #expect(Self.read(arena, 0, 0).isEmpty)
        #expect(arena.byteCount == 0)
        let part = arena.store([1, 2, 3, 4], 1..<3)
        #expect(Self.read(arena, part, 2) == [2, 3])
    }

    @Test func shouldTakeStringsUpToItsLimitAndNoLonger() async {
        var arena = ByteArena()
        let longest = [UInt8](repeating: 0xa5, count: ByteArena.maximumBytes)
        // 512 strings of 256 units fill a chunk: one in the first block, and one in the second.
        let references = (0..<512 * (4 + 16) + 1).map { _ in arena.store(longest.span) }
        #expect(references.allSatisfy { Self.read(arena, $0, longest.count) == longest })
        await #expect(processExitsWith: .failure) {
            var arena = ByteArena()
            let tooLong = [UInt8](repeating: 0, count: ByteArena.maximumBytes + 1)
            _ = arena.store(tooLong.span)
        }
    }

    private static func read(_ arena: borrowing ByteArena, _ reference: UInt32, _ count: Int)
        -> [UInt8]
    {
        var text: [UInt8] = []
        arena.append(reference, count: count, to: &text)
        return text
    }
}
