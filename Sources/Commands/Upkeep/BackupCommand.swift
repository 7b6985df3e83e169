internal import Answers
internal import ArgumentParser
internal import Foundation

/// `kindred backup`: a consistent copy of the store.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store, consistently and incrementally.",
        discussion: """
            DEST is a new or an empty folder, or one of earlier backups of the same store: then \
            only what is new is copied. A backup is complete when its manifest is there; one that \
            is killed leaves the earlier ones whole. The backup holds the store's key (mode 0600): \
            guard it like the store. Where a running node holds the store, that node takes \
            the backup and goes on serving.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @Argument(help: ArgumentHelp("The folder of backups.", valueName: "dest")) var destination:
        String
    @Option(help: ArgumentHelp("Then remove all but the newest.", valueName: "n")) var keep: Int?
    @Flag(help: "Show the backups in DEST; make none.") var list = false
    @Flag(help: "Check every file of the backups in DEST; make none. Exit status 1 at a fault.")
    var check = false

    func validate() throws {
        guard !destination.isEmpty else { throw ValidationError("name a folder for the backup") }
        guard keep ?? 1 >= 1 else { throw ValidationError("--keep must be at least 1") }
        guard !(list && check), keep == nil || !(list || check) else {
            throw ValidationError("--list, --check and --keep do not go together")
        }
    }

    func run() throws {
        let settings = try data.settings()
        if list {
            let folder = try BackupFolder(toReadFrom: destination)
            return try BackupList.print(folder, asJSON: format.json)
        }
        if check {
            let folder = try BackupFolder(toReadFrom: destination)
            return try BackupList.check(folder, asJSON: format.json)
        }
        guard FileManager.default.fileExists(atPath: StoreFolder.filePath(settings.folder)) else {
            throw CommandEnd.failed(
                "\(settings.folder) holds no store", remedy: "name the store's folder (--data)")
        }
        try FolderPlaces.refuseNesting(destination, settings.folder)
        let answer: BackupAnswer
        switch try StoreLock.orNode(of: settings.folder) {
        case .lock(let lock):
            let store = try OpenStore(settings.storeRequest(), lock)
            // The log's memory table is written out first.
            if let shortage = store.shortage {
                throw CommandEnd(shortage.failure, folder: settings.folder)
            }
            answer = try Self.take(store.backupSource(isStill: true), destination, keep: keep)
            store.abandon()
        case .node(let serving, let address):
            serving.announce(asking: address, of: settings.folder)
            answer = try NodeClient(address).backup(to: destination, keep: keep, serving.token)
        }
        if format.json { Output.line(JSONText.encode(answer)) } else { Self.print(answer) }
    }

    /// Takes a backup, then removes all but the newest `keep`.
    static func take(
        _ source: BackupSource, _ destination: String, keep: Int?
    ) throws(CommandEnd) -> BackupAnswer {
        let start = ContinuousClock.now
        let folder = try BackupFolder(toWriteIn: destination)
        let manifest = try StoreBackup.take(source, into: folder)
        if let keep { try folder.keep(newest: keep) }
        return BackupAnswer(manifest, seconds: (ContinuousClock.now - start) / .seconds(1))
    }

    private static func print(_ answer: BackupAnswer) {
        Output.line("backup  \(answer.id), complete")
        Output.line("digest  \(answer.digest ?? "not known")")
        let (size, added) = (ByteText.print(answer.bytes), ByteText.print(answer.addedBytes))
        Output.line("size    \(size), of which \(added) new in the folder")
    }
}
