internal import ArgumentParser
internal import RetailWorkload

/// `kindred generate`: a synthetic retail stream.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "A seeded synthetic retail stream; the same seed gives the same bytes.",
        discussion: """
            A year of links between loyalty cards, e-mails, phones, cookies and devices, with \
            repeats, late bridges between channels, shared devices and two supernodes. With \
            --attributes each line is followed by an observe of one of its ends, with an id and so \
            many attributes: names, places, plans, points, amounts.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case jsonl, csv
    }

    @OptionGroup var common: SettingOptions
    @Option(help: "How many lines, observes not counted.") var links: Int = 1_000_000
    @Option(help: "Which stream.") var seed: UInt64 = 1
    @Option(
        help: ArgumentHelp("Of a hundred lines, how many take a link back.", valueName: "percent"))
    var unlinks: Double = 0
    @Option(
        help: ArgumentHelp(
            "Behind each line an observe with so many attributes, at most 64.", valueName: "count"))
    var attributes: Int = 0
    @Option(help: "jsonl or csv.") var format: Format = .jsonl
    @Option(help: ArgumentHelp("Write to this file. (default: standard output)", valueName: "file"))
    var output: String?

    private static let batchLines = 4_096

    func validate() throws {
        guard links >= 0, links <= RetailWorkloadGenerator.maximumLines else {
            throw ValidationError(
                "--links must be from 0 to \(RetailWorkloadGenerator.maximumLines)")
        }
        guard unlinks >= 0, unlinks <= RetailWorkloadGenerator.maximumUnlinkPercent else {
            throw ValidationError(
                "--unlinks must be from 0 to \(RetailWorkloadGenerator.maximumUnlinkPercent)")
        }
        guard attributes >= 0, attributes <= RetailWorkloadGenerator.maximumAttributes else {
            throw ValidationError(
                "--attributes must be from 0 to \(RetailWorkloadGenerator.maximumAttributes)")
        }
    }

    func run() throws {
        try common.settings(environment: Settings.environment()).startLogs()
        var generator = RetailWorkloadGenerator(
            links: links, seed: seed, unlinkPercent: unlinks,
            format: format == .csv ? .csv : .jsonLines, attributes: attributes)
        let file = try output.map { (path) throws(CommandEnd) in try FileOutput(path: path) }
        var buffer: [UInt8] = []
        while generator.appendBatch(Self.batchLines, to: &buffer) > 0 {
            if let file { try file.write(buffer) } else { Output.write(buffer) }
            buffer.removeAll(keepingCapacity: true)
        }
        try file?.flush()
    }
}
