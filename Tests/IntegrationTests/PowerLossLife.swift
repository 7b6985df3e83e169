import Foundation
import GraphCore
import NodeRuntime
import TestSupport
import Testing

/// A store that runs under the recorder, and the power losses that it is put through.
struct PowerLossLife {
    /// One moment of a journal and what the disk then leaves.
    struct Moment {
        /// How many lines of the journal came before.
        let index: Int
        let remains: PowerLossRemains
    }

    /// How often what happened.
    struct Counts {
        var opened = 0
        var refused = 0
        var continued = 0
        /// Openings that had less than what was acknowledged.
        var shortened = 0
    }

    let stream: CrashStream
    let durability: Durability
    private(set) var counts = Counts()
    private let folder: CrashFolder
    private let recorder: String
    private let checkpointEvents: Int
    private var random: SeededGenerator
    /// Lines of the stream that the present store holds.
    private var foldedLines = 0

    /// The watched folder is not there before the first run, nor is the store in it.
    private var root: String { folder("disk") }
    private var graves: String { folder("graves") }
    private var store: CrashStore { CrashStore(path: root + "/made/store", folder: folder) }

    init(
        _ stream: CrashStream, _ durability: Durability, recorder: String,
        checkpointEvents: Int, seed: UInt64, in folder: CrashFolder
    ) throws {
        self.stream = stream
        self.durability = durability
        self.folder = folder
        self.recorder = recorder
        self.checkpointEvents = checkpointEvents
        random = SeededGenerator(seed: seed)
        folder.environment = ["LD_PRELOAD": recorder]
        try FileManager.default.createDirectory(
            atPath: root, withIntermediateDirectories: false)
    }

    // MARK: Running

    /// Replays until `lines` of the stream are acknowledged, kills the process, and gives the disk
    /// as it was at the start and the journal since.
    mutating func run(untilLines lines: Int) throws -> (PowerLossDisk, PowerLossJournal) {
        let journal = folder("journal")
        try? FileManager.default.removeItem(atPath: journal)
        try? FileManager.default.removeItem(atPath: graves)
        try FileManager.default.createDirectory(
            atPath: graves, withIntermediateDirectories: false)
        let disk = try PowerLossDisk(root: root, graves: graves)
        let process = try CrashProcess(
            stream.replay(
                into: store, from: foldedLines + 1, durability: durability,
                checkpointEvents: checkpointEvents),
            in: folder, named: "recorded",
            environment: [
                "LD_PRELOAD": recorder, "POWERLOSS_ROOT": root, "POWERLOSS_JOURNAL": journal,
                "POWERLOSS_GRAVES": graves,
            ])
        let base = foldedLines
        _ = process.runs { base + (process.acknowledgements.last ?? 0) >= lines }
        process.kill()
        let recorded = try PowerLossJournal(path: journal)
        guard recorded.entries.count > 10 else {
            throw CrashSupportError("the recorder wrote nothing: \(process.errors)")
        }
        return (disk, recorded)
    }

    /// Every moment of the journal that a power loss can tell from others.
    static func moments(_ start: PowerLossDisk, _ journal: PowerLossJournal) -> [Moment] {
        var disk = start
        var moments: [Moment] = []
        for (index, entry) in journal.entries.enumerated() {
            if case .sync(let inode, let bytes) = entry, bytes > disk.durableBytes[inode] ?? 0 {
                let inFlight = PowerLossRemains.InFlight(inode: inode, bytes: bytes)
                for tail in [PowerLossRemains.Tail.short, .zeros, .holes] {
                    for names in PowerLossRemains.Names.allCases {
                        let remains = PowerLossRemains(
                            names: names, tail: tail, inFlight: inFlight)
                        moments.append(Moment(index: index, remains: remains))
                    }
                }
            }
            disk.apply(entry)
            for names in changed(by: entry) {
                let remains = PowerLossRemains(names: names, tail: .absent, inFlight: nil)
                moments.append(Moment(index: index + 1, remains: remains))
            }
        }
        // Of the end alone it is known what each file held.
        for names in PowerLossRemains.Names.allCases {
            let remains = PowerLossRemains(names: names, tail: .mixed, inFlight: nil)
            moments += Array(
                repeating: Moment(index: journal.entries.count, remains: remains), count: 8)
        }
        return moments
    }

    private static func changed(
        by entry: PowerLossJournal.Entry
    ) -> [PowerLossRemains.Names] {
        switch entry {
        case .said, .beginFolderSync: []
        case .sync, .truncate: [.synced, .all]
        case .endFolderSync: [.synced]
        case .create, .makeFolder, .link, .rename, .unlink: [.all]
        }
    }

    // MARK: Losing power

    /// Puts the power off at each of `moments` and opens what is left; every `each`th time the
    /// replay then goes on to its end.
    mutating func check(
        _ moments: [Moment], _ start: PowerLossDisk, _ journal: PowerLossJournal, each: Int
    ) throws {
        var disk = start
        var index = 0
        for (number, moment) in moments.sorted(by: { $0.index < $1.index }).enumerated() {
            while index < moment.index {
                disk.apply(journal.entries[index])
                index += 1
            }
            let target = folder("left")
            try moment.remains.build(disk, graves: graves, at: target, &random)
            let left = CrashStore(path: target + "/made/store", folder: folder)
            let what = "\(moment.remains) before \(journal.entries.dropFirst(index).prefix(1))"
            guard let lines = try lines(in: left, disk, moment, what) else { continue }
            guard number % each == 0 else { continue }
            let answer = try CrashAnswer(
                stream.replay(
                    into: left, from: lines + 1, durability: durability,
                    checkpointEvents: checkpointEvents),
                in: folder)
            #expect(answer.status == 0, "\(what): \(answer.errors)")
            #expect(try left.content().digest == stream.digest, "\(what), continued")
            #expect(try left.faults() == "", "\(what), continued")
            counts.continued += 1
        }
    }

    /// Opens what is left and checks it; nil where opening was refused.
    private mutating func lines(
        in left: CrashStore, _ disk: PowerLossDisk, _ moment: Moment, _ what: String
    ) throws -> Int? {
        let promised =
            foldedLines + (durability == .fsync ? disk.acknowledged : disk.checkpointed)
        // A hole in the middle of what nobody synced may be refused; nothing else may.
        let canHaveAHole =
            durability == .os && (moment.remains.tail == .holes || moment.remains.tail == .mixed)
        if promised == 0 {
            // A store that may not have been there is made under its key, not under a new one.
            let answer = try CrashAnswer(
                stream.replay(
                    into: left, checkpointEvents: checkpointEvents, file: stream.emptyPath),
                in: folder)
            if canHaveAHole, answer.status != 0 {
                counts.refused += 1
                return nil
            }
            #expect(answer.status == 0, "\(what): \(answer.errors)")
        }
        let (content, refusal) = try left.contentOrRefusal()
        guard let content else {
            #expect(canHaveAHole, "\(what): refused: \(refusal)")
            counts.refused += 1
            return nil
        }
        counts.opened += 1
        #expect(content.events >= promised, "\(what): \(promised) promised")
        #expect(content.digest == stream.digest(of: content.events), "\(what): another graph")
        if content.events < foldedLines + disk.acknowledged { counts.shortened += 1 }
        return content.events
    }

    /// The store goes on as a power loss at one of `moments` leaves it.
    mutating func lose(
        _ moment: Moment, _ start: PowerLossDisk, _ journal: PowerLossJournal
    ) throws {
        var disk = start
        for entry in journal.entries.prefix(moment.index) { disk.apply(entry) }
        let target = folder("next")
        try moment.remains.build(disk, graves: graves, at: target, &random)
        // A copy is opened, so that the next run meets what is left untouched.
        let copy = folder("left")
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: target, toPath: copy)
        let left = CrashStore(path: copy + "/made/store", folder: folder)
        guard let lines = try lines(in: left, disk, moment, "the next life") else { return }
        try FileManager.default.removeItem(atPath: root)
        try FileManager.default.moveItem(atPath: target, toPath: root)
        foldedLines = lines
    }

    /// So many of `moments`, of chance; at night twenty times as many.
    mutating func some(_ count: Int, of moments: [Moment]) -> [Moment] {
        Array(random.shuffled(moments).prefix(TestBudget.rounds(count)))
    }
}
