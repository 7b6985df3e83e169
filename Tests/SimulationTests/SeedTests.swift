import SimulationKit
import Testing

@Suite("Seeds")
struct SeedTests {
    @Test func shouldHoldForSmallSeeds() {
        for seed in 0..<2_000 as Range<UInt64> {
            let violation = Simulation.play(Scenario(seed: seed))
            #expect(violation == nil, "seed \(seed)")
        }
    }
}
