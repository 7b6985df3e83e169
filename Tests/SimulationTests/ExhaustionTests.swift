import IdentityModel
import SimulationKit
import Testing

/// Small scopes, looked at whole.
@Suite("Simulation: exhaustion")
struct ExhaustionTests {
    private static let words: [LinkOperation] = [.link, .unlink, .ban, .unban, .observe]

    /// Up to four operations on three identifiers over two partitions, each later than the one
    /// before it, or all at one time.
    @Test(arguments: [false, true])
    func shouldHoldForEveryInterleaving(_ hasTies: Bool) {
        let result = Exhaustion(
            identifiers: 3, partitions: 2, words: Self.words, limit: 4, hasTies: hasTies
        ).run()
        #expect(result.violation == nil, "\(result.path.joined(separator: ", "))")
        #expect(result.states > (hasTies ? 20_000 : 150_000))
        #expect(result.rests > (hasTies ? 4_000 : 30_000))
    }

    /// Each member and each edge goes in a message of its own.
    @Test func shouldHoldForEveryInterleavingOfPages() {
        let result = Exhaustion(
            identifiers: 3, partitions: 2, words: [.link, .unlink], limit: 4, hasTies: false,
            pageEntries: 1
        ).run()
        #expect(result.violation == nil, "\(result.path.joined(separator: ", "))")
        #expect(result.states > 20_000)
    }

    @Test func shouldHoldForEveryInterleavingOverThreePartitions() {
        let result = Exhaustion(
            identifiers: 3, partitions: 3, words: [.link, .unlink], limit: 3, hasTies: false
        ).run()
        #expect(result.violation == nil, "\(result.path.joined(separator: ", "))")
        #expect(result.states > 2_000)
    }

    /// That deliveries keep their order is needed, and a world that breaks it is found.
    @Test func shouldFindWhatFails() throws {
        let result = Exhaustion(
            identifiers: 3, partitions: 2, words: [.link, .unlink], limit: 3, hasTies: false,
            isOrdered: false
        ).run()
        #expect(result.violation != nil)
        #expect(!result.path.isEmpty)
    }
}
