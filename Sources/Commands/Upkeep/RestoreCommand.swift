internal import Answers
internal import ArgumentParser

/// `kindred restore`: a store out of a backup.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring a backup back as a store.",
        discussion: """
            Into a new or an empty folder (--data): the newest backup in SRC, or the one with \
            --id. Every file is checked on the way, and the store's digest at the end. A restore \
            that is killed leaves no store.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("The folder of backups.", valueName: "src")) var source: String
    @Option(help: ArgumentHelp("Which backup. (default: the newest)", valueName: "n")) var id: Int?
    @Flag(help: "Show the backups in SRC; restore none.") var list = false

    struct Answer: Encodable {
        let id: Int
        let digest: String
        let events: UInt64
        let bytes: UInt64
        let seconds: Double
    }

    func validate() throws {
        guard !source.isEmpty else { throw ValidationError("name the folder of backups") }
        guard !list || id == nil else {
            throw ValidationError("--list and --id do not go together")
        }
    }

    func run() throws {
        let settings = try data.settings()
        let folder = try BackupFolder(toReadFrom: source)
        if list { return try BackupList.print(folder, asJSON: format.json) }
        let start = ContinuousClock.now
        try FolderPlaces.refuseNesting(source, settings.folder)
        let manifest = try folder.manifest(id)
        let outcome = try StoreRestore(
            manifest: manifest, source: folder, path: settings.folder,
            memory: settings.value(.memory, MemoryText.parse) ?? MemoryText.standard
        ).perform()
        let answer = Answer(
            id: manifest.id, digest: outcome.digest, events: outcome.events,
            bytes: manifest.bytes, seconds: (ContinuousClock.now - start) / .seconds(1))
        if format.json {
            Output.line(JSONText.encode(answer))
        } else {
            Output.line("restored  backup \(answer.id) of \(manifest.time) into \(settings.folder)")
            Output.line("digest    \(answer.digest)")
            Output.line("events    \(answer.events)")
        }
    }
}
