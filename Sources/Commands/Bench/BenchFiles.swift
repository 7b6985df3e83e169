internal import NodeRuntime
internal import RetailWorkload

/// What the phases read: the retail stream in a file, and samples of its links.
struct BenchFiles {
    /// The whole stream.
    let retail: String
    /// How many of its last lines may be the tail of a killed process; before them there are as
    /// many that tell how long a tail is.
    let tailLines: Int
    /// Where these begin, and the others.
    private(set) var (probeStart, tailStart): (UInt64, UInt64) = (0, 0)
    /// Where each batch of the last lines ends.
    private(set) var tailEnds: [UInt64] = []
    /// Links of the stream, each taken back: to be replayed.
    let unlinks: String
    /// How many those are.
    private(set) var unlinkCount = 0
    /// Other links of the stream, each taken back: to be written one by one.
    private(set) var singleUnlinks: [[UInt8]] = []
    /// Links of the stream, whose ends are asked for.
    private(set) var questions: [[UInt8]] = []

    /// Links that are taken back, and asked for, at most.
    private static let sampled = 120_000
    /// Of so many links in the sample, one is written by itself.
    private static let singleShare = 6
    /// Of so many links of the stream, at most one is taken back.
    private static let leastSpacing = 4
    /// Lines of which the end of each is known, where a tail may end.
    static let tailStep = 4_096
    /// Of so many lines, at most one is in the tail.
    private static let tailShare = 4
    private static let batchBytes = 1 << 20

    /// Writes the files of a plan into a folder.
    ///
    /// - Throws: `CommandEnd`, also where the user has asked to stop.
    init(_ plan: BenchPlan, in folder: String) throws(CommandEnd) {
        retail = folder + "/retail.jsonl"
        unlinks = folder + "/unlinks.jsonl"
        tailLines = min(
            Int(CheckpointPolicy.standard.longestTailEvents), plan.links / Self.tailShare)
        try write(plan)
    }

    private mutating func write(_ plan: BenchPlan) throws(CommandEnd) {
        var generator = RetailWorkloadGenerator(links: plan.links, seed: plan.seed)
        let (stream, taken) = (try FileOutput(path: retail), try FileOutput(path: unlinks))
        let spacing = max(Self.leastSpacing, plan.links / Self.sampled)
        var buffer: [UInt8] = []
        var (written, line, links, samples) = (0, 0, 0, 0)
        while true {
            note(line - (plan.links - tailLines), at: UInt64(written + buffer.count))
            let start = buffer.count
            guard generator.next(into: &buffer) else { break }
            let isNew = generator.emitted.links > links
            links = generator.emitted.links
            let chance = SplitMix64.word(UInt64(line), seed: ~plan.seed)
            // The first links of the stream, so that a short one has a sample, too.
            if isNew, samples == 0 || SplitMix64.reduce(chance, below: spacing) == 0 {
                try sample(Array(buffer[start...]), number: samples, into: taken)
                samples += 1
            }
            line += 1
            guard buffer.count >= Self.batchBytes else { continue }
            try stream.write(buffer)
            written += buffer.count
            buffer.removeAll(keepingCapacity: true)
            if let status = Interruption.status { throw CommandEnd(status) }
        }
        try stream.write(buffer)
        try stream.flush()
        try taken.flush()
    }

    /// Notes where a line of the tail begins, the first of which is 0.
    private mutating func note(_ line: Int, at place: UInt64) {
        if line == -tailLines { probeStart = place }
        if line == 0 { tailStart = place }
        if line > 0, line.isMultiple(of: Self.tailStep) || line == tailLines {
            tailEnds.append(place)
        }
    }

    private mutating func sample(
        _ line: [UInt8], number: Int, into taken: FileOutput
    ) throws(CommandEnd) {
        questions.append(line)
        let unlink = Self.takingBack(line)
        // The first is written by itself.
        if number % Self.singleShare == 0 {
            singleUnlinks.append(unlink)
        } else {
            unlinkCount += 1
            try taken.write(unlink)
        }
    }

    /// The line that takes back, a year later, what a line of the stream says.
    static func takingBack(_ line: [UInt8]) -> [UInt8] {
        var line = line
        for (old, new) in [
            ("{\"op\":\"link\"", "{\"op\":\"unlink\""), ("\"ts\":\"2025-", "\"ts\":\"2026-"),
        ] {
            guard let place = line.firstRange(of: Array(old.utf8)) else {
                preconditionFailure("the stream's links are of 2025, an object a line")
            }
            line.replaceSubrange(place, with: Array(new.utf8))
        }
        return line
    }
}
