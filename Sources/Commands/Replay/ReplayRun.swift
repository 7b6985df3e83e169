internal import EventInput
internal import Foundation
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// One run of `kindred replay`.
final class ReplayRun {
    private let command: ReplayCommand
    private let options: EventDecoderOptions
    private let target: ReplayTarget
    private var router: EventRouter
    private var summary = ReplaySummary()
    private var progress: ReplayProgress
    private let rejects: RejectsFile?
    /// The last line whose event was added to the batch under way.
    private var place = ReplayPlace()
    /// The last line that is acknowledged, with all before it.
    private var acknowledged = ReplayPlace()
    /// Which of the files is being read.
    private var fileIndex = 0
    /// Lines of the files before, for times that are line numbers.
    private var linesBefore = 0

    init(
        _ command: ReplayCommand, options: EventDecoderOptions, target: ReplayTarget
    ) throws(CommandEnd) {
        self.command = command
        self.options = options
        self.target = target
        router = EventRouter(hasher: target.hasher)
        progress = ReplayProgress(every: command.progressEvery)
        rejects = try command.rejects.map { (path) throws(CommandEnd) in
            try RejectsFile(path: path)
        }
        summary.dry_run = command.dryRun
    }

    /// Reads every file, folds its events, and prints the summary.
    func perform() throws(CommandEnd) {
        Interruption.watch()
        let before = target.counters()
        do throws(CommandEnd) {
            for (index, path) in command.files.enumerated() {
                fileIndex = index
                try read(path)
            }
            try submit()
            try rejects?.flush()
            try target.finish()
        } catch {
            progress.finish()
            try stop(error)
        }
        progress.finish()
        summary.close(before, target.counters(), seconds: progress.elapsed)
        if command.format.json {
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

    // MARK: Reading

    private func read(_ path: String) throws(CommandEnd) {
        let file = try ReplayFiles.open(path)
        place = ReplayPlace(file: file.path, line: 0)
        let format = try Self.format(path, file)
        switch format {
        case .jsonLines:
            var lines = LineReader(file, limit: EventLimits.lineBytes)
            var decoder = JSONEventDecoder(options: options)
            try fold(&lines, &decoder)
        case .csv:
            var lines = LineReader(
                file, limit: EventLimits.lineBytes,
                quoting: .csv(delimiter: UInt8(ascii: ",")))
            guard try advance(&lines) else { return }
            var decoder = try csvDecoder(&lines, path)
            try fold(&lines, &decoder)
        }
    }

    /// What the file's lines are; the first line is looked at through a second opening of a
    /// regular file, for standard input by its first byte alone.
    private static func format(
        _ path: String, _ file: InputFile
    ) throws(CommandEnd) -> ReplayFormat {
        var first: [UInt8] = []
        if path != "-" {
            var lines = LineReader(try ReplayFiles.open(path), limit: EventLimits.lineBytes)
            do throws(InputError) {
                if try lines.advance() {
                    lines.withLine { line in
                        for index in 0..<line.count { first.append(line[index]) }
                    }
                }
            } catch {}  // Met again, and told, when the file is read.
        }
        return ReplayFormat(path: path, format: file.format, firstLine: first)
    }

    private func csvDecoder(
        _ lines: inout LineReader, _ path: String
    ) throws(CommandEnd) -> CSVEventDecoder {
        let outcome = lines.withLine { CSVHeader.parse($0) }
        switch outcome {
        case .rejected(let rejected):
            throw .failed(
                "\(path): \(rejected.message)",
                remedy: "name the columns in the first line, op,a,b,ts,source for instance")
        case .header(let header):
            var options = options
            if !header.hasTime, options.defaultTime == .none {
                options.defaultTime = .lineNumber
                Diagnostics.line(
                    "kindred: \(path) has no ts column: each line's number is its time, so the "
                        + "order of events does not matter only within this set of files")
            }
            return CSVEventDecoder(header: header, options: options)
        }
    }

    private func fold(
        _ lines: inout LineReader, _ decoder: inout some LineDecoder
    ) throws(CommandEnd) {
        let first = fileIndex == 0 ? command.fromLine : 1
        while try advance(&lines) {
            guard lines.number >= first else { continue }
            place.line = lines.number
            let number = linesBefore + lines.number
            let rejected =
                switch lines.fault {
                case .tooLong:
                    Rejected(
                        .lineTooLong, "the line is over \(EventLimits.lineBytes) bytes")
                case .unclosedQuote:
                    Rejected(.malformedJSON, "a quoted cell is not closed")
                case nil:
                    lines.withLine { line in
                        switch decoder.decode(line: line, lineNumber: number) {
                        case .rejected(let rejected): rejected
                        case .event(let event): add(event, decoder.scratch.bytes)
                        }
                    }
                }
            if let rejected {
                try note(rejected, &lines)
            } else if router.isFull {
                try submit()
                progress.report(summary, at: acknowledged, fraction: Self.fraction(lines))
            }
        }
        linesBefore += lines.number
    }

    private func add(_ event: DecodedEvent, _ bytes: [UInt8]) -> Rejected? {
        if let rejected = router.add(event, in: bytes.span) { return rejected }
        summary.ignored_keys += event.ignoredKeys
        return nil
    }

    private func advance(_ lines: inout LineReader) throws(CommandEnd) -> Bool {
        do throws(InputError) {
            return try lines.advance()
        } catch {
            throw CommandEnd(ExitStatus.failed, error.description)
        }
    }

    private func note(
        _ rejected: Rejected, _ lines: inout LineReader
    ) throws(CommandEnd) {
        summary.reject(rejected.reason)
        guard let rejects else { return }
        let row = lines.withLine { rejects.row(rejected, at: place, raw: $0) }
        try rejects.add(row)
    }

    private static func fraction(_ lines: borrowing LineReader) -> Double? {
        guard let total = lines.totalBytes, total > 0 else { return nil }
        return min(1, Double(lines.consumedBytes) / Double(total))
    }

    // MARK: Folding

    /// Sends the batch under way; it is acknowledged when this returns.
    private func submit() throws(CommandEnd) {
        let count = router.count
        if count > 0 { try target.append(router.takeRecord(target.head)) }
        summary.events += count
        summary.accepted += count
        acknowledged = place
        if let status = Interruption.status { throw CommandEnd(status) }
    }

    /// Says how far it is and how to go on, after an error or a signal.
    private func stop(_ error: CommandEnd) throws(CommandEnd) -> Never {
        var message = error.message.map { $0 + "\n" } ?? "interrupted\n"
        if command.dryRun {
            message += "nothing was written"
        } else {
            if error.message == nil { try? target.finish() }
            try? rejects?.flush()
            message += "acknowledged: \(summary.accepted) events"
            message += acknowledged.line > 0 ? ", up to line \(acknowledged.line)" : ""
            message += acknowledged.file.isEmpty ? "" : " of \(acknowledged.file)"
            message += "; go on with: " + continuation
        }
        throw CommandEnd(error.status, message)
    }

    /// The command that goes on behind what is acknowledged.
    private var continuation: String {
        let line = acknowledged.line > 0 ? acknowledged.line + 1 : command.fromLine
        var words = ["kindred", "replay", "--data", ShellText.quoted(command.data.folder)]
        if line > 1 { words += ["--from-line", "\(line)"] }
        let behind = command.files.firstIndex(of: acknowledged.file) ?? 0
        words += command.files[behind...].map(ShellText.quoted)
        return words.joined(separator: " ")
    }
}
