internal import Foundation
internal import GraphCore
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import WireFormat

/// Why a store refused what a probe asked: what the program would print behind "kindred: ".
package struct StoreRefusal: Error, Equatable, Sendable {
    /// The line for a person.
    package let message: String

    init(_ end: CommandEnd) { message = end.message ?? "ended with status \(end.status)" }
}

/// A store opened in this process as the commands open it, and asked as a whole.
///
/// For tests that damage a store ten thousand times and ask what it says: they run the program's
/// own code, and need not start the program each time.
package final class StoreProbe {
    private var opened: OpenStore?
    private var lineNumber = 0

    /// The memory of a probe, in bytes: little, so that opening it is quick.
    private static let memoryBytes = 64 << 20

    /// Opens the store in the folder, or makes it of so many partitions, under `key` (32
    /// hexadecimal digits) where that is given.
    ///
    /// - Throws: `StoreRefusal`.
    package init(
        folder: String, key: String? = nil, partitions: UInt16 = 1
    ) throws(StoreRefusal) {
        do throws(CommandEnd) {
            var request = StoreRequest(folder: folder)
            if try !StoreFolder.holdsStore(folder) { request.partitions = partitions }
            request.memory = MemoryBudget(totalBytes: Self.memoryBytes)
            request.raisesLogic = true
            if let key {
                guard let known = try? StoreKey(hexadecimal: key) else {
                    throw .failed("no key", remedy: "give 32 hexadecimal digits")
                }
                request.key = known
            }
            opened = try OpenStore(request)
        } catch {
            throw StoreRefusal(error)
        }
    }

    /// Events folded so far, repeats included.
    package var events: UInt64 { store.group.eventCount }
    /// The logical digest.
    package var digest: String { store.group.digest.hexadecimal }
    /// Log records behind the last checkpoint.
    package var tailRecords: UInt64 { store.group.tailRecords }

    /// Folds lines of JSON as one log record; each must be an event.
    ///
    /// - Throws: `StoreRefusal`.
    package func fold(_ lines: [String]) throws(StoreRefusal) {
        var decoder = JSONEventDecoder(options: EventDecoderOptions(namespaces: store.folder.table))
        var router = EventRouter(
            hasher: store.hasher, partitionCount: store.folder.file.partitions)
        for line in lines {
            lineNumber += 1
            let outcome = decoder.decode(Array(line.utf8).span, lineNumber: lineNumber)
            guard case .event(let event) = outcome,
                router.add(event, in: decoder.scratch.bytes.span) == nil
            else {
                throw StoreRefusal(.failed("line \(lineNumber) is no event", remedy: "correct it"))
            }
        }
        let records = router.takeRecords(store.group.recordHead)
        try asking { (store) throws(CommandEnd) in
            try store.failing { (group) throws(StoreFailure) in try group.append(records) }
        }
    }

    /// Writes a checkpoint.
    ///
    /// - Throws: `StoreRefusal`.
    package func checkpoint() throws(StoreRefusal) {
        try asking { (store) throws(CommandEnd) in
            try store.failing { (group) throws(StoreFailure) in try group.checkpoint() }
        }
    }

    /// What `kindred export` prints; writes a checkpoint.
    ///
    /// - Throws: `StoreRefusal`.
    package func export() throws(StoreRefusal) -> [UInt8] {
        try checkpoint()
        return try asking { (store) throws(CommandEnd) in
            var rows = ExportRows()
            try rows.collect(store)
            var text: [UInt8] = []
            for index in rows.sortedIndices() { rows.append(index, to: &text) }
            return text
        }
    }

    /// The faults that `kindred verify` finds; writes a checkpoint.
    ///
    /// - Throws: `StoreRefusal`.
    package func faults() throws(StoreRefusal) -> [String] {
        try checkpoint()
        return try asking { (store) throws(CommandEnd) in
            let verifier = StoreVerifier(
                partition: PartitionID(0), namespaces: store.folder.table,
                keyOf: { store.hasher.hash($0) })
            let report = try store.failing { (_) throws(StoreFailure) in
                try verifier.verify(store.stored)
            }
            return report.findings.map { "\($0.code.rawValue) \($0.subject) \($0.message)" }
        }
    }

    /// Backs the store up into a folder, as a process does that writes to it meanwhile: may run on
    /// another thread than the rest.
    ///
    /// - Throws: `StoreRefusal`.
    package func backUp(to folder: String) throws(StoreRefusal) {
        try asking { (store) throws(CommandEnd) in
            _ = try StoreBackup.take(
                store.backupSource(isStill: false), into: BackupFolder(toWriteIn: folder))
        }
    }

    /// Ends with the store as commands do: with a checkpoint, if there is room for one.
    ///
    /// - Throws: `StoreRefusal`.
    package func finish() throws(StoreRefusal) {
        try asking { (store) throws(CommandEnd) in try store.close() }
        opened = nil
    }

    /// Leaves word in the folder that a node of this process answers at an address, as a node does.
    ///
    /// - Throws: `StoreRefusal`.
    package func announce(url: String, token: String) throws(StoreRefusal) {
        _ = try asking { (store) throws(CommandEnd) in
            try ServingFile(
                pid: getpid(), url: url, token: token, version: Release.version
            ).write(in: store.folder.path)
        }
    }

    /// Takes that word back.
    package func withdraw() { ServingFile.remove(from: store.folder.path) }

    /// Lets go of the store as it is, without a checkpoint.
    package func close() {
        store.abandon()
        opened = nil
    }

    private var store: OpenStore {
        guard let opened else { preconditionFailure("a probe is not asked after it was closed") }
        return opened
    }

    private func asking<Answer>(
        _ body: (OpenStore) throws(CommandEnd) -> Answer
    ) throws(StoreRefusal) -> Answer {
        do throws(CommandEnd) {
            return try body(store)
        } catch {
            throw StoreRefusal(error)
        }
    }
}
