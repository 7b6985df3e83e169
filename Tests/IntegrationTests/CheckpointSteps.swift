import Foundation
import GraphCore
import NodeRuntime
import TestSupport

/// The steps of a replay that change names or sync bytes, as the recorder counts them, and stores
/// that were killed behind one.
final class CheckpointSteps {
    /// What is replayed.
    let stream: CrashStream
    private let folder: CrashFolder
    private let recorder: String
    private let entries: [PowerLossJournal.Entry]

    /// Records an undisturbed replay; nil where there is no C compiler.
    init?(in folder: CrashFolder) throws {
        guard let recorder = try PowerLossRecorder.build(in: folder) else { return nil }
        self.recorder = recorder
        self.folder = folder
        stream = try CrashStream(lines: 24_000, seed: 29, in: folder)
        let store = CrashStore(path: folder("disk/store"), folder: folder)
        try Self.prepare(folder)
        let process = try CrashProcess(
            stream.replay(into: store, checkpointEvents: 6_000), in: folder,
            environment: Self.environment(folder, recorder))
        guard process.wait() == .exited(0) else { throw CrashSupportError(process.errors) }
        entries = try PowerLossJournal(path: folder("journal")).entries
        folder.environment = ["LD_PRELOAD": recorder]
    }

    /// How many steps there are.
    var count: Int { entries.count }

    /// So many steps, evenly.
    func some(_ most: Int) -> [Int] {
        let stride = max(1, count / most)
        return Array(Swift.stride(from: 1, through: count, by: stride))
    }

    /// So many steps that lie inside checkpoints or up to three behind one.
    func insideCheckpoints(_ most: Int, _ random: inout SeededGenerator) -> [Int] {
        var inside: [Int] = []
        var last = -3
        var isOpen = false
        for (index, entry) in entries.enumerated() {
            switch entry {
            case .create(_, let path) where path.hasSuffix("/checkpoint.sst"): isOpen = true
            case .unlink(let path) where path.hasSuffix("/checkpoint.sst"):
                isOpen = false
                last = index
            default: break
            }
            if isOpen || index <= last + 3 { inside.append(index + 1) }
        }
        return random.shuffled(inside).prefix(most).sorted()
    }

    /// A new store whose replay was killed behind a step, and what it had acknowledged.
    func killed(behind step: Int) throws -> (store: CrashStore, acknowledged: Int) {
        try Self.prepare(folder)
        let store = CrashStore(path: folder("disk/store"), folder: folder)
        let process = try CrashProcess(
            stream.replay(into: store, checkpointEvents: 6_000), in: folder,
            environment: Self.environment(folder, recorder)
                .merging(["POWERLOSS_KILL": "\(step)"]) { $1 })
        process.wait()
        return (store, process.acknowledgements.last ?? 0)
    }

    private static func prepare(_ folder: CrashFolder) throws {
        let manager = FileManager.default
        for name in ["disk", "graves", "journal"] { try? manager.removeItem(atPath: folder(name)) }
        for name in ["disk", "graves"] {
            try manager.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
        }
    }

    private static func environment(
        _ folder: CrashFolder, _ recorder: String
    ) -> [String: String] {
        [
            "LD_PRELOAD": recorder, "POWERLOSS_ROOT": folder("disk"),
            "POWERLOSS_JOURNAL": folder("journal"), "POWERLOSS_GRAVES": folder("graves"),
        ]
    }
}
