internal import Foundation
internal import NodeRuntime

/// One run of `kindred bench`.
///
/// ```
/// files ──> round: store: replay ─ memory, disk, checkpoint ─ resolve ─ repeats ─ unlink
///                  store: the large customer, its links cut
///                  store: killed, opened again
///                  stores: of one partition, of two, of little memory
/// ```
/// All of it lies in one temporary folder, which goes at the end, however that comes.
struct BenchRun {
    private let plan: BenchPlan
    private let parent: String?

    /// A run in the system's temporary folder, or in one that is named.
    init(_ plan: BenchPlan, in parent: String?) {
        (self.plan, self.parent) = (plan, parent)
    }

    /// Measures every phase in every round.
    ///
    /// - Throws: `CommandEnd`, also where the user has asked to stop.
    func perform() throws(CommandEnd) -> BenchReport {
        try plan.checkRoom(in: parent ?? NSTemporaryDirectory())
        let folder = try TemporaryFolder(in: parent)
        defer { folder.remove() }
        do throws(CommandEnd) {
            return try measure(in: folder.path)
        } catch {
            guard let status = Interruption.status else { throw error }
            throw CommandEnd(status, "interrupted; what was made is removed")
        }
    }

    private func measure(in folder: String) throws(CommandEnd) -> BenchReport {
        let start = MonotonicTime.system.nanoseconds()
        var machine = BenchMachine()
        if machine.isBusy {
            say(
                "the load average is \(machine.loadBefore) on \(machine.cores) cores: other work "
                    + "makes times longer; look at CPU-s, or wait and run this again")
        }
        say("writing \(plan.links) links")
        let files = try BenchFiles(plan, in: folder)
        var figures = BenchFigures(plan.phases)
        for round in 1...plan.rounds {
            let place = "round \(round) of \(plan.rounds)"
            if plan.phases.contains(where: \.usesRetailStore) {
                try within(folder) { (part) throws(CommandEnd) in
                    try retail(files, in: part, place, isFirst: round == 1, &figures)
                }
            }
            if plan.measures(.unlink) {
                say("\(place): unlink, a large customer")
                try within(folder) { (part) throws(CommandEnd) in
                    try BenchCuts(plan).measure(in: part, &figures)
                }
            }
            if plan.measures(.restart) {
                say("\(place): restart")
                let restart = BenchRestart(plan: plan, files: files)
                try within(folder) { (part) throws(CommandEnd) in
                    try restart.measure(in: part, &figures)
                }
            }
            try shapes(files, in: folder, place, &figures)
        }
        machine.loadAfter = BenchMachine.load
        return BenchReport(
            machine: machine, plan: plan,
            seconds: Double(MonotonicTime.system.nanoseconds() - start) / 1e9,
            phases: figures.parts)
    }

    /// The stream in stores of another shape.
    private func shapes(
        _ files: BenchFiles, in folder: String, _ place: String, _ figures: inout BenchFigures
    ) throws(CommandEnd) {
        let shapes = BenchShapes(plan: plan, files: files)
        if plan.measures(.partitions) {
            var usages: [BenchShapes.Seconds] = []
            for partitions in shapes.partitionCounts {
                say("\(place): partitions, \(partitions)")
                try within(folder) { (part) throws(CommandEnd) in
                    usages.append(try shapes.fold(into: partitions, in: part))
                }
            }
            shapes.tell(one: usages[0], several: usages[1], &figures)
        }
        if plan.measures(.tight) {
            say("\(place): tight")
            try within(folder) { (part) throws(CommandEnd) in
                try shapes.foldTightly(in: part, &figures)
            }
        }
    }

    /// Has a part of the suite use a folder of its own, which makes room for the next part's.
    private func within(
        _ folder: String, _ body: (String) throws(CommandEnd) -> Void
    ) throws(CommandEnd) {
        let part = folder + "/part"
        guard mkdir(part, 0o700) == 0 else {
            throw .failed(
                "cannot make \(part): \(String(cString: strerror(errno)))",
                remedy: "see to its disk")
        }
        defer { try? FileManager.default.removeItem(atPath: part) }
        try body(part)
    }

    /// The phases on the store that the stream fills.
    private func retail(
        _ files: BenchFiles, in folder: String, _ place: String, isFirst: Bool,
        _ figures: inout BenchFigures
    ) throws(CommandEnd) {
        let replay = BenchReplay(plan: plan, files: files)
        // Later rounds find memory that the process has kept from the ones before.
        let resident = isFirst ? BenchUsage.residentBytes : nil
        func tell(_ phase: BenchPhase) { say("\(place): \(phase.rawValue)") }
        try BenchStore.with(plan, in: folder) { (opened) throws(CommandEnd) in
            tell(.replay)
            try replay.first(opened, residentBefore: resident, &figures)
            if plan.measures(.resolve) {
                tell(.resolve)
                try BenchResolve(plan, opened, files).measure(&figures)
            }
            if plan.measures(.repeats) {
                tell(.repeats)
                try replay.again(opened, &figures)
            }
            if plan.measures(.unlink) {
                tell(.unlink)
                try BenchUnlink(plan: plan, files: files).measure(opened, &figures)
            }
        }
    }

    private func say(_ text: String) { Diagnostics.line("kindred bench: \(text)") }
}
