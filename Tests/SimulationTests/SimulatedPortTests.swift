import SimulationKit
import TestSupport
import Testing

/// What a run is played over keeps the contracts of the ports, as the real ones do.
@Suite("Simulation: ports")
struct SimulatedPortTests {
    @Test(arguments: StatePortCase.allCases)
    func shouldKeepTheContractOfAStateStore(contract: StatePortCase) throws {
        let state = SimulatedState()
        try contract.check { state }
    }

    @Test(arguments: LogPortCase.allCases)
    func shouldKeepTheContractOfALog(contract: LogPortCase) throws {
        let log = JointLog(partitions: 16)
        try contract.check { log }
    }
}
