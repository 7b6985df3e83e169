import Testing
import WireFormat

@Suite struct MinimumPositionTests {
    @Test func shouldReadPositions() {
        func read(_ text: String) -> MinimumPosition? {
            guard case .position(let position) = MinimumPosition.parse(text) else { return nil }
            return position
        }
        #expect(read("0:0") == MinimumPosition(partition: 0, offset: 0))
        #expect(read("0:17") == MinimumPosition(partition: 0, offset: 17))
        #expect(
            read("65535:18446744073709551615") == MinimumPosition(partition: 65_535, offset: .max))
    }

    @Test(arguments: [
        "", ":", "0", "17", "0:", ":0", "0:1:2", "-0:1", "0:-1", "+0:1", "0:+1", " 0:1", "0: 1",
        "0:1 ", "00:1", "0:01", "65536:0", "0:18446744073709551616", "0:99999999999999999999",
        "99999999999999999999:0", "0:1e3", "0x1:2", "a:b", "0:٣", "0,1", "0:184467440737095516150",
    ])
    func shouldSayWhatIsDueWhereThereIsNone(_ text: String) {
        guard case .malformed(let message) = MinimumPosition.parse(text) else {
            Issue.record("\(text) is read")
            return
        }
        #expect(message.contains(" position "))
    }
}
