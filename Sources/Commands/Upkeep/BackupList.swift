internal import Answers
internal import Foundation
internal import RocksStore

/// What a folder of backups holds, and whether it is still what was written.
enum BackupList {
    struct Row: Encodable {
        let id: Int
        let ok: Bool
        var time: String?
        var digest: String?
        var events: UInt64?
        var bytes: UInt64?
        var addedBytes: UInt64?
        var release: String?
        var fault: String?

        private enum CodingKeys: String, CodingKey {
            case id, ok, time, digest, events, bytes, release, fault
            case addedBytes = "added_bytes"
        }

        init(_ entry: BackupFolder.Entry, _ folder: BackupFolder) {
            id = entry.id
            ok = entry.manifest != nil
            fault = ok ? nil : "the manifest is damaged"
            time = entry.manifest?.time
            digest = entry.manifest?.digest
            events = entry.manifest?.events
            bytes = entry.manifest?.bytes
            addedBytes = entry.manifest?.addedBytes
            release = entry.manifest?.release
        }
    }

    /// Prints the backups, the oldest first.
    static func print(_ folder: BackupFolder, asJSON: Bool) throws(CommandEnd) {
        let rows = try folder.entries().map { Row($0, folder) }
        if asJSON {
            for row in rows { Output.line(JSONText.encode(row)) }
            return
        }
        if rows.isEmpty { return Output.line("no complete backup") }
        Output.line(line(["id", "time", "events", "size", "digest"]))
        for row in rows {
            guard row.ok else {
                Output.line(line(["\(row.id)", row.fault ?? ""]))
                continue
            }
            Output.line(
                line([
                    "\(row.id)", row.time ?? "", row.events.map { "\($0)" } ?? "",
                    ByteText.print(row.bytes ?? 0), row.digest ?? "",
                ]))
        }
    }

    /// Reads every file of every backup and compares its checksum.
    ///
    /// - Throws: `CommandEnd.answerIsNo` where a fault is found.
    static func check(_ folder: BackupFolder, asJSON: Bool) throws(CommandEnd) {
        struct Answer: Encodable {
            let id: Int
            let ok: Bool
            let fault: String?
        }
        var faults = 0
        for entry in try folder.entries() {
            let fault = try fault(of: entry, folder)
            faults += fault == nil ? 0 : 1
            if asJSON {
                let answer = Answer(id: entry.id, ok: fault == nil, fault: fault)
                Output.line(JSONText.encode(answer))
            } else {
                Output.line("backup \(entry.id)  \(fault ?? "no fault")")
            }
        }
        if faults > 0 { throw .answerIsNo }
    }

    private static func fault(
        of entry: BackupFolder.Entry, _ folder: BackupFolder
    ) throws(CommandEnd) -> String? {
        guard let manifest = entry.manifest else { return "the manifest is damaged" }
        for part in manifest.states + [manifest.log] {
            let copies = try folder.copies(of: part)
            do throws(StoreError) {
                try copies.check(part.copy, listChecksum: part.listChecksum)
            } catch {
                guard error.code == .corruption else {
                    throw .failed(error.reason, remedy: error.remedy)
                }
                return error.reason
            }
        }
        return nil
    }

    private static func line(_ cells: [String]) -> String {
        let widths = [6, 26, 12, 12, 0]
        return zip(cells, widths).map { $0.padding(to: $1) }.joined()
    }
}
