import TestSupport
import Testing
import WireFormat

/// Places in the change feed.
@Suite("Positions of the change feed")
struct FeedPositionTests {
    private func read(_ text: String, _ partitions: Int) -> [UInt64]? {
        guard case .position(let position) = FeedPosition.parse(text, partitions: partitions)
        else { return nil }
        return position.offsets
    }

    private func message(_ text: String, _ partitions: Int) -> String {
        guard case .malformed(let message) = FeedPosition.parse(text, partitions: partitions)
        else { return "" }
        return message
    }

    @Test func shouldReadWhatItWrites() {
        var chance = SeededGenerator(seed: 1)
        for partitions in 1...64 {
            let offsets = (0..<partitions).map { _ in chance.next() >> UInt64(chance.below(64)) }
            let position = FeedPosition(offsets: offsets)
            #expect(read(position.text, partitions) == offsets)
        }
        #expect(FeedPosition(offsets: [17]).text == "0:17")
        #expect(FeedPosition(offsets: [0, .max]).text == "0:0,1:18446744073709551615")
    }

    @Test func shouldTakePartitionsInAnyOrder() {
        #expect(read("2:7,0:5,1:6", 3) == [5, 6, 7])
    }

    @Test func shouldSayWhatIsDue() {
        #expect(message("", 1).contains("P:N"))
        #expect(message("0:1,", 1).contains("P:N"))
        #expect(message(",0:1", 1).contains("P:N"))
        #expect(message("0:1,1:2", 1) == "there is no partition 1: the store has 1")
        #expect(message("0:1,0:2", 2) == "partition 0 stands twice")
        #expect(message("0:1,2:2", 3).contains("partition 1 is missing"))
        #expect(message("0:1;1:2", 2).contains("position"))
        #expect(message("0:01", 1).contains("offset") && message("65536:0", 1).contains("65535"))
    }

    @Test func shouldSayWhatItHasReached() {
        let place = FeedPosition(offsets: [5, 7])
        for (offsets, isReached) in [
            ([5, 7], true), ([0, 0], true), ([4, 7], true), ([6, 0], false), ([5, 8], false),
        ] as [([UInt64], Bool)] {
            #expect(place.hasReached(FeedPosition(offsets: offsets)) == isReached)
        }
    }
}
