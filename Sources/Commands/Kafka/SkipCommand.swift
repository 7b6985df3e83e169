internal import Answers
internal import ArgumentParser
internal import IdentityModel
internal import KafkaEngine
internal import KafkaLog
internal import NodeRuntime

/// `kindred kafka skip`: has all nodes pass over a record that none of them can fold.
struct SkipCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skip",
        abstract: "Have all nodes pass over a record that cannot be folded.",
        discussion: """
            A partition stands before a record of its log that no release can fold: damaged, or \
            not written by Kindred. 'kindred cluster' names it. What it said is lost; all nodes \
            pass over it alike, and go on. If it was something that another partition has said, \
            what that partition says from then on is not taken: 'kindred cluster' tells of it \
            within two minutes. When and why stays in the global topic. A \
            record that another release can fold is not passed over.
            """)

    @OptionGroup var common: SettingOptions
    @OptionGroup var kafka: KafkaPlaceOptions
    @Option(help: ArgumentHelp("The partition that stands.", valueName: "n"))
    var partition: UInt16
    @Option(help: ArgumentHelp("The record before which it stands.", valueName: "n"))
    var offset: UInt64
    @Option(help: ArgumentHelp("Why: told to whoever looks.", valueName: "text"))
    var reason: String
    @OptionGroup var format: FormatOptions

    private struct Skipped: Encodable {
        let partition: UInt16
        let offset: UInt64
        let fault: String
    }

    func validate() throws {
        guard !reason.isEmpty else { throw ValidationError("--reason is empty: say why") }
    }

    func run() throws {
        let settings = try common.settings(kafka.flags, environment: Settings.environment())
        settings.startLogs()
        let place = try KafkaPlace(settings)
        let skip = SkipRecord(
            partition: partition, offset: offset, reason: reason,
            since: TickPolicy.now.milliseconds)
        let fault = try KafkaPlace.failing { () throws(EngineFailure) in
            try SkipWriter.write(
                skip, place.kafka, place.topics,
                timeoutMilliseconds: KafkaPlace.timeoutMilliseconds)
        }
        guard !format.json else {
            let answer = Skipped(partition: partition, offset: offset, fault: fault)
            return Output.line(JSONText.encode(answer))
        }
        Output.line(
            "record \(offset) of partition \(partition) is passed over: "
                + Escaping.terminal(fault.utf8))
    }
}
