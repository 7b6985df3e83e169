internal import GraphCore
internal import NodeRuntime
internal import PartitionCore
internal import ProfileCore

/// Plays seeds, and says what fails.
package enum Simulation {
    /// Plays a scenario; says what does not hold, or nil.
    package static func play(
        _ scenario: Scenario, mutant: ContractMutant? = nil
    ) -> Violation? {
        do throws(Violation) {
            switch scenario.level {
            case .machine: try Run(scenario, mutant: mutant).finish()
            case .runtime: try RuntimeRun(scenario, mutant: mutant).finish()
            }
            return nil
        } catch {
            return error
        }
    }

    /// Plays a scenario and tells all of it.
    ///
    /// - Returns: the lines of the trace, and what does not hold, or nil.
    package static func trace(
        _ scenario: Scenario, mutant: ContractMutant? = nil
    ) -> (lines: [String], violation: Violation?) {
        do throws(Violation) {
            switch scenario.level {
            case .machine: return try traceMachines(scenario, mutant)
            case .runtime: return try traceRuntime(scenario, mutant)
            }
        } catch {
            return ([], error)
        }
    }

    private static func traceMachines(
        _ scenario: Scenario, _ mutant: ContractMutant?
    ) throws(Violation) -> (lines: [String], violation: Violation?) {
        let run = try Run(scenario, mutant: mutant, isTraced: true)
        do throws(Violation) {
            try run.finish()
            for witness in run.world.witnesses { run.world.tell(witness.headline) }
            return (run.world.trace?.lines ?? [], nil)
        } catch {
            return (run.world.trace?.lines ?? [], error)
        }
    }

    private static func traceRuntime(
        _ scenario: Scenario, _ mutant: ContractMutant?
    ) throws(Violation) -> (lines: [String], violation: Violation?) {
        let run = try RuntimeRun(scenario, mutant: mutant, isTraced: true)
        run.trace?.tell(scenario.headline)
        var violation: Violation?
        do throws(Violation) { try run.finish() } catch { violation = error }
        do throws(Violation) { try run.tellLogs() } catch { violation = violation ?? error }
        return (run.trace?.lines ?? [], violation)
    }
}

extension Replica {
    /// What it has stored, in one line.
    var headline: String {
        let hash = String(state.table.hash(without: []), radix: 16)
        return "state of \(partition) at \(position): \(state.table.count) entries, hash \(hash)"
    }
}

extension Scenario {
    /// All that a machine must be configured with, and what the run is like, in one line.
    var headline: String {
        "seed=\(seed) size=\(size.rawValue) level=\(level.rawValue) partitions=\(partitions)"
            + " embedded=\(isEmbedded ? 1 : 0) page_entries=\(limits.pageEntries)"
            + " inline=\(limits.inlineMembers)/\(limits.inlineEdges)/\(limits.inlinePairs)"
            + " delivery=\(deliveries.messages)/\(deliveries.bytes) memory=\(memory.totalBytes)"
            + " nodes=\(workload.nodes) events=\(events.count) shape=\(workload.shape)"
            + " rules=\(rules.first?.version ?? 0)/\(rules.last.version)"
    }
}
