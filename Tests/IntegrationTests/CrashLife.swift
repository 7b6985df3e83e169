import Foundation
import GraphCore
import NodeRuntime
import TestSupport
import Testing

/// One store's life under kill -9: replays that are killed, and what must hold after each.
struct CrashLife {
    let stream: CrashStream
    let store: CrashStore
    private let folder: CrashFolder
    private let checkpointEvents: Int
    private var random: SeededGenerator

    /// How many lines of the stream the store has folded at least once.
    private(set) var foldedLines = 0
    /// Events that the store has folded, repeats included.
    private(set) var events = 0
    /// Replays that were killed.
    private(set) var kills = 0
    /// Those of them that had acknowledged an event, and not yet the last.
    private(set) var killsBetweenAcknowledgements = 0
    /// Openings that were killed.
    private(set) var killsWhileOpening = 0
    /// Replays that were killed after something was folded that was not yet said to be.
    private(set) var foundMore = 0

    init(
        _ stream: CrashStream, in folder: CrashFolder, named name: String,
        checkpointEvents: Int, seed: UInt64
    ) {
        self.stream = stream
        self.folder = folder
        self.checkpointEvents = checkpointEvents
        store = CrashStore(path: folder(name), folder: folder)
        random = SeededGenerator(seed: seed)
    }

    /// Where a replay begins.
    enum Start {
        /// Behind what the store has folded.
        case behind
        /// At the stream's first line, so that all before is a repetition.
        case first
    }

    /// Starts a replay and kills it `milliseconds` at most behind its `acknowledgements`th
    /// acknowledgement (0: behind its start), or behind the moment when `file` of the store is
    /// there too; then opens the store and checks it.
    ///
    /// - Returns: whether it was killed and `file` was left.
    @discardableResult
    mutating func strike(
        _ start: Start, after acknowledgements: Int, seeing file: String? = nil,
        within milliseconds: Double
    ) throws -> Bool {
        let line = start == .first || foldedLines == stream.lineCount ? 1 : foldedLines + 1
        let process = try CrashProcess(
            stream.replay(into: store, from: line, checkpointEvents: checkpointEvents),
            in: folder, named: "replay")
        if acknowledgements > 0 {
            _ = process.runs { process.acknowledgements.count >= acknowledgements }
        }
        if let file { _ = process.runs { store.has(file) } }
        crashPause(below: milliseconds, &random)
        let end = process.kill()
        let isLeft = end == .killed(SIGKILL) && store.has(file ?? "store.json")
        let said = process.acknowledgements.last ?? 0
        if end == .killed(SIGKILL) {
            kills += 1
            if said > 0, said < stream.lineCount - line + 1 { killsBetweenAcknowledgements += 1 }
        } else {
            #expect(end == .exited(0), "\(process.errors)")
        }
        if random.chance(30) { try killAnOpening() }
        try check(acknowledged: said, from: line)
        return isLeft
    }

    /// Opens the store to be killed on its way.
    private mutating func killAnOpening() throws {
        let process = try CrashProcess(
            ["stats", "--data", store.path], in: folder, named: "opening")
        crashPause(below: 60, &random)
        if process.kill() == .killed(SIGKILL) { killsWhileOpening += 1 }
    }

    /// Nothing acknowledged is lost, and the store holds what some first part of the stream gives.
    private mutating func check(acknowledged: Int, from line: Int) throws {
        guard store.has("store.json") else {
            #expect(acknowledged == 0, "a store is made before it acknowledges")
            return
        }
        let content = try store.content()
        let new = content.events - events
        #expect(new >= acknowledged, "acknowledged \(acknowledged), found \(new)")
        if new > acknowledged { foundMore += 1 }
        events = content.events
        foldedLines = max(foldedLines, line - 1 + new)
        let expected = try #require(
            stream.digest(of: foldedLines), "no micro-batch ends at line \(foldedLines)")
        #expect(content.digest == expected, "after \(foldedLines) lines")
    }

    /// Replays to the end, undisturbed.
    mutating func finish() throws {
        let line = foldedLines == stream.lineCount ? 1 : foldedLines + 1
        _ = try CrashAnswer.expect(
            stream.replay(into: store, from: line, checkpointEvents: checkpointEvents),
            in: folder)
        try check(acknowledged: stream.lineCount - line + 1, from: line)
        #expect(foldedLines == stream.lineCount)
        #expect(try store.faults() == "")
    }

    /// A random number of acknowledgements to wait for, up to `most`.
    mutating func some(_ most: Int) -> Int { 1 + random.below(max(1, most)) }
    /// True so many times of a hundred.
    mutating func chance(_ percent: Int) -> Bool { random.chance(percent) }
}
