import Foundation
import TestSupport
import Testing

/// The machine is the model's: on random schedules with repeats, drops, crashes and zombies both
/// say the same, message by message.
@Suite("Model")
struct ModelTests {
    /// Traces of the model: those of Fixtures/Model, and all of the folder `KINDRED_TRACES`.
    static var traces: [(name: String, text: String)] {
        let fixtures = (try? FixtureFiles.names(in: "Model")) ?? []
        var found = fixtures.compactMap { name in
            FixtureFiles.text(of: "Model/\(name)").map { (name, $0) }
        }
        if let folder = TestBudget.variable("KINDRED_TRACES") {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            found += names.sorted().compactMap { name in
                FixtureFiles.text(at: "\(folder)/\(name)").map { (name, $0) }
            }
        }
        return found
    }

    @Test func shouldSayWhatTheModelSays() throws {
        var (played, records) = (0, 0)
        for (name, text) in Self.traces {
            // The machine has one logic so far; runs that change it are the model's alone.
            guard !text.contains(" < logic ") else { continue }
            let lines = text.split(separator: "\n")
            for seed in 0..<UInt64(TestBudget.rounds(2)) {
                do {
                    var replay = try ModelReplay(lines[0], seed: seed)
                    for line in lines.dropFirst() { try replay.take(line) }
                    try replay.compare()
                    records += replay.recordCount
                } catch {
                    Issue.record("\(name), disturbed by seed \(seed): \(error)")
                    return
                }
            }
            played += 1
        }
        #expect(played >= 16)
        print("model: \(played) traces, \(records) records")
    }
}
