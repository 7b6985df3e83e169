import Commands
import Foundation
import NodeRuntime
import TestSupport
import Testing

/// The adapter of the log and the change feed on RocksDB keeps the contracts of both ports, which
/// their twins in memory keep too.
@Suite("Port contracts on RocksDB")
struct LogConformanceTests {
    private func inFolder(_ body: (LogProbe) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("kindred-log-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(LogProbe(folder: folder))
    }

    @Test(arguments: LogPortCase.allCases)
    func shouldKeepTheContractOfALog(contract: LogPortCase) throws {
        try inFolder { probe in try contract.check { try probe.log() } }
    }

    @Test(arguments: FeedPortCase.allCases)
    func shouldKeepTheContractOfAFeed(contract: FeedPortCase) throws {
        try inFolder { probe in try contract.check { try probe.feed() } }
    }
}
