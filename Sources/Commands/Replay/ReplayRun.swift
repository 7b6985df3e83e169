internal import Answers
internal import EventInput
internal import Foundation
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// One run of `kindred replay`.
///
/// ```
/// line ──> decoder ──> router (a batch) ──full──> target: one record, acknowledged
///            └─ refused ──> counted, listed
/// ```
/// However reading ends, what was read whole before is folded and kept.
final class ReplayRun {
    private let command: ReplayCommand
    /// The store's folder.
    private let folder: String
    private let options: EventDecoderOptions
    private let shape: CSVShape
    private let target: ReplayTarget
    private var router: EventRouter
    private var summary = ReplaySummary()
    private var progress: ReplayProgress
    private let rejects: RejectsFile?
    /// The last line that was decoded; nil before the first.
    private var place: ReplayPlace?
    /// The last line of which every event was added to a batch.
    private var whole: ReplayPlace?
    /// The last line that is acknowledged, with all before it.
    private var acknowledged: ReplayPlace?
    /// Groups that were handed over and are not acknowledged, the oldest first.
    private var submitted: [Submitted] = []
    private var acknowledgedGroups = 0
    /// Which of the files is being read.
    private var fileIndex = 0
    /// Lines of the files before, for times that are line numbers.
    private var linesBefore = 0
    /// Whether a CSV has no column for times.
    private var usesLineNumbers: Bool
    /// Whether the target has failed: nothing more can be folded.
    private var isTargetBroken = false

    /// Events that were handed over together, and the last line that they reach to.
    private struct Submitted {
        let count: Int
        var end: ReplayPlace?
    }

    /// How many lines are decoded between two looks at the clock.
    private static let linesBetweenReports = 8_192

    init(
        _ command: ReplayCommand, folder: String, options: EventDecoderOptions, shape: CSVShape,
        target: ReplayTarget
    ) throws(CommandEnd) {
        self.command = command
        self.folder = folder
        self.options = options
        self.shape = shape
        self.target = target
        router = EventRouter(
            hasher: target.hasher, partitionCount: target.partitionCount, rules: target.rules)
        progress = ReplayProgress(every: command.progressEvery)
        usesLineNumbers = options.defaultTime == .lineNumber
        rejects = try command.rejects.map { (path) throws(CommandEnd) in
            try RejectsFile(
                path: path, isContinued: command.fromLine > 1, inputs: command.files)
        }
        summary.dryRun = command.dryRun
    }

    /// Reads every file, folds its events, and prints the summary.
    func perform() throws(CommandEnd) {
        let summary = try fold()
        if let isFolded = target.isFoldedElsewhere() {
            FeedSummary(summary, isFolded: isFolded).print(isJSON: command.format.json)
        } else if command.format.json {
            Output.line(JSONText.encode(summary))
        } else {
            for line in summary.lines { Output.line(line) }
        }
        if command.failOnReject, summary.rejected > 0 {
            throw CommandEnd(
                ExitStatus.failed,
                "\(summary.rejected) events were refused; correct them and replay again")
        }
    }

    /// Reads every file, folds its events, and says what that did.
    func fold() throws(CommandEnd) -> ReplaySummary {
        Interruption.watch()
        let before = target.counters()
        var end: CommandEnd?
        do throws(CommandEnd) {
            for (index, path) in command.files.enumerated() {
                fileIndex = index
                try read(path)
            }
        } catch {
            end = error
        }
        do throws(CommandEnd) {
            if !isTargetBroken { try settle() }
        } catch {
            end = end ?? error
        }
        progress.finish()
        if let end { throw stopped(end) }
        summary.close(before, target.counters(), seconds: progress.elapsed)
        summary.checkpoints = ReplayCheckpoints(target.checkpoints())
        return summary
    }

    // MARK: Reading

    private func read(_ path: String) throws(CommandEnd) {
        let file = try ReplayFiles.open(path)
        switch ReplayFormat(path: path, content: file.format, isShapeGiven: shape.isGiven) {
        case .jsonLines: try readJSONLines(file)
        case .csv: try readRows(file, path)
        case .asFirstLineSays:
            if ReplayFiles.isStream(path) {
                try readRows(file, path, mayBeJSON: true)
            } else if try Self.startsWithHeader(path) {
                try readRows(file, path)
            } else {
                try readJSONLines(file)
            }
        }
    }

    private func readJSONLines(_ file: InputFile) throws(CommandEnd) {
        var lines = LineReader(file, limit: EventLimits.lineBytes)
        var decoder = JSONEventDecoder(options: options)
        try fold(&lines, &decoder)
    }

    /// Reads a CSV. Of a stream, whose first line cannot be read twice, it is learnt here whether
    /// it is one: `mayBeJSON`.
    private func readRows(
        _ file: InputFile, _ path: String, mayBeJSON: Bool = false
    ) throws(CommandEnd) {
        var lines = LineReader(
            file, limit: EventLimits.lineBytes, quoting: .csv(delimiter: shape.delimiter))
        guard try advance(&lines) else { return }
        if mayBeJSON, !lines.withLine({ ReplayFormat.isHeader($0) }) {
            var decoder = JSONEventDecoder(options: options)
            return try fold(&lines, &decoder, startingWithPresentLine: true)
        }
        if shape.isWide {
            var decoder = try wideDecoder(&lines, path)
            try fold(&lines, &decoder)
        } else {
            var decoder = try csvDecoder(&lines, path)
            try fold(&lines, &decoder)
        }
    }

    /// Whether a file that can be read twice begins with a CSV's header.
    private static func startsWithHeader(_ path: String) throws(CommandEnd) -> Bool {
        var lines = LineReader(try ReplayFiles.open(path), limit: EventLimits.lineBytes)
        do throws(InputError) {
            return try lines.advance() && lines.withLine { ReplayFormat.isHeader($0) }
        } catch {
            return false  // Met again, and told, when the file is read.
        }
    }

    private func csvDecoder(
        _ lines: inout LineReader, _ path: String
    ) throws(CommandEnd) -> CSVEventDecoder {
        let shape = shape
        let outcome = lines.withLine {
            CSVHeader.parse($0, delimiter: shape.delimiter, columns: shape.columns)
        }
        switch outcome {
        case .rejected(let rejected): throw refused(rejected, path)
        case .header(let header):
            return CSVEventDecoder(
                header: header, options: rowOptions(hasTime: header.hasTime, path))
        }
    }

    private func wideDecoder(
        _ lines: inout LineReader, _ path: String
    ) throws(CommandEnd) -> WideRowDecoder {
        let shape = shape
        let outcome = lines.withLine {
            WideHeader.parse($0, delimiter: shape.delimiter, columns: shape.columns)
        }
        switch outcome {
        case .rejected(let rejected): throw refused(rejected, path)
        case .header(let header):
            return WideRowDecoder(
                header: header, options: rowOptions(hasTime: header.hasTime, path))
        }
    }

    private func refused(_ header: Rejected, _ path: String) -> CommandEnd {
        .failed(
            "\(path): \(header.message)",
            remedy: shape.isGiven
                ? "say with --columns, --delimiter and --wide how the file is made"
                : "name the columns in the first line, op,a,b,ts,source for instance, or say with "
                    + "--columns what they are")
    }

    /// The options for a CSV's rows: without a column for times they take their lines' numbers.
    private func rowOptions(hasTime: Bool, _ path: String) -> EventDecoderOptions {
        var options = options
        guard !hasTime, options.defaultTime == .none else { return options }
        options.defaultTime = .lineNumber
        usesLineNumbers = true
        Diagnostics.line(
            "kindred: \(path) has no ts column: each line's number is its time, so the "
                + "order of events does not matter only within this set of files")
        return options
    }

    private func fold(
        _ lines: inout LineReader, _ decoder: inout some LineDecoder,
        startingWithPresentLine: Bool = false
    ) throws(CommandEnd) {
        let first = fileIndex == 0 ? command.fromLine : 1
        var hasLine = startingWithPresentLine
        var linesUntilReport = Self.linesBetweenReports
        while true {
            if !hasLine, try !advance(&lines) { break }
            hasLine = false
            guard lines.number >= first else { continue }
            place = ReplayPlace(fileIndex: fileIndex, line: lines.number)
            if let rejected = decode(lines, &decoder) { try note(rejected, &lines) }
            try decodeRest(&lines, &decoder)
            whole = place
            linesUntilReport -= 1
            let isFull = isBatchFull
            if isFull {
                try submit()
                while try !hasRoom() { report(lines) }
            }
            if isFull || linesUntilReport == 0 {
                report(lines)
                linesUntilReport = Self.linesBetweenReports
            }
        }
        linesBefore += lines.number
    }

    private func decode(
        _ lines: borrowing LineReader, _ decoder: inout some LineDecoder
    ) -> Rejected? {
        switch lines.fault {
        case .tooLong:
            return Rejected(.lineTooLong, "the line is over \(EventLimits.lineBytes) bytes")
        case .unclosedQuote: return Rejected(.malformedJSON, "a quoted cell is not closed")
        case nil: break
        }
        let number = linesBefore + lines.number
        return lines.withLine { line in
            switch decoder.decode(line: line, lineNumber: number) {
            case .rejected(let rejected): rejected
            case .event(let event): add(event, decoder.scratch.bytes)
            }
        }
    }

    /// Adds what a line holds beside its first event. A batch that is full within a line is sent,
    /// and does not yet acknowledge the line.
    private func decodeRest<Decoder: LineDecoder>(
        _ lines: inout LineReader, _ decoder: inout Decoder
    ) throws(CommandEnd) {
        guard Decoder.hasSeveralEvents, lines.fault == nil else { return }
        while true {
            if isBatchFull { try submit() }
            let (isMore, rejected) = lines.withLine { line -> (Bool, Rejected?) in
                switch decoder.decodeMore(line: line) {
                case nil: (false, nil)
                case .rejected(let rejected)?: (true, rejected)
                case .event(let event)?: (true, add(event, decoder.scratch.bytes))
                }
            }
            guard isMore else { return }
            if let rejected { try note(rejected, &lines) }
        }
    }

    private func add(_ event: DecodedEvent, _ bytes: [UInt8]) -> Rejected? {
        if let rejected = router.add(event, in: bytes.span) { return rejected }
        summary.ignoredKeys += event.ignoredKeys
        return nil
    }

    /// Goes on to the next line. A line that an interruption may have cut short is not given out.
    private func advance(_ lines: inout LineReader) throws(CommandEnd) -> Bool {
        let hasLine: Bool
        do throws(InputError) {
            hasLine = try lines.advance()
        } catch {
            throw CommandEnd(Interruption.status ?? ExitStatus.failed, describe(error))
        }
        if let status = Interruption.status { throw CommandEnd(status) }
        return hasLine
    }

    /// The error in its own words, with the name of a stream that stood in for standard input.
    private func describe(_ error: InputError) -> String? {
        guard Interruption.status == nil else { return nil }
        let path = command.files[fileIndex]
        let text = error.description
        guard path != "-", text.hasPrefix(error.path + ":") else { return text }
        return path + text.dropFirst(error.path.count)
    }

    private func note(
        _ rejected: Rejected, _ lines: inout LineReader
    ) throws(CommandEnd) {
        summary.reject(rejected.reason)
        guard let rejects, let place else { return }
        let row = lines.withLine {
            rejects.row(rejected, file: name(place), line: place.line, raw: $0)
        }
        try rejects.add(row)
    }

    // MARK: Folding

    /// Sends the batches under way, which reach up to the last whole line.
    private func submit() throws(CommandEnd) {
        let count = router.count
        submitted.append(Submitted(count: count, end: whole))
        try noting { () throws(CommandEnd) in
            let records = router.takeRecords(target.head)
            return try target.append(records, count)
        }
        try target.listChanges()
    }

    private var isBatchFull: Bool { router.isFull || router.count >= target.eventsAtOnce }

    /// Whether the target takes more; waits a little until it does.
    private func hasRoom() throws(CommandEnd) -> Bool {
        var hasRoom = false
        try noting { () throws(CommandEnd) in
            hasRoom = try target.hasRoom()
            return target.acknowledged()
        }
        if let status = Interruption.status { throw CommandEnd(status) }
        return hasRoom
    }

    /// Folds what was read, and lets go of the store.
    private func settle() throws(CommandEnd) {
        try submit()
        try noting { () throws(CommandEnd) in try target.settle() }
        try target.finish()
    }

    /// Takes note of the groups that are acknowledged, also where others failed.
    private func noting(_ body: () throws(CommandEnd) -> Int) throws(CommandEnd) {
        let groups: Int
        do throws(CommandEnd) {
            groups = try body()
        } catch {
            isTargetBroken = true
            note(acknowledged: target.acknowledged())
            throw error
        }
        // Whoever goes on behind these lines does not meet their refusals again.
        try rejects?.flush()
        note(acknowledged: groups)
    }

    private func note(acknowledged groups: Int) {
        while acknowledgedGroups < groups, let first = submitted.first {
            submitted.removeFirst()
            acknowledgedGroups += 1
            summary.events += first.count
            summary.accepted += first.count
            acknowledged = first.end
        }
    }

    // MARK: Telling

    private func name(_ place: ReplayPlace) -> String {
        let path = command.files[place.fileIndex]
        return path == "-" ? "standard input" : path
    }

    /// How far the acknowledged lines reach, in words.
    private var reached: String {
        acknowledged.map { ", up to line \($0.line) of \(name($0))" } ?? ""
    }

    private func report(_ lines: borrowing LineReader) {
        var fraction: Double?
        if let total = lines.totalBytes, total > 0 {
            fraction = min(1, Double(lines.consumedBytes) / Double(total))
        }
        progress.report(summary, reached, fraction: fraction)
    }

    /// Says how far it is and how to go on, after an error or a signal.
    private func stopped(_ end: CommandEnd) -> CommandEnd {
        var message = (end.message ?? "interrupted") + "\n"
        if command.dryRun {
            message += "nothing was written"
        } else {
            message += "acknowledged: \(summary.accepted) events\(reached)"
            let continuation = ReplayContinuation(
                command: command, storeWords: target.storeWords ?? ["--data", folder],
                defaultTime: options.defaultTime, acknowledged: acknowledged,
                usesLineNumbers: usesLineNumbers)
            message += "; go on with: " + continuation.text
        }
        return CommandEnd(end.status, message)
    }
}
