internal import Foundation
internal import IdentityModel

/// The file that lists refused events: JSON Lines, for its owner's eyes only (mode 0600), for it
/// quotes the events.
struct RejectsFile {
    private struct Row: Encodable {
        let file: String
        let line: Int
        let reason: String
        let message: String
        let raw: String
    }

    private let output: FileOutput

    init(path: String) throws(CommandEnd) { output = try FileOutput(path: path, mode: 0o600) }

    /// The row of a refused event, with the first of its bytes.
    func row(_ rejected: Rejected, at place: ReplayPlace, raw: Span<UInt8>) -> [UInt8] {
        var kept: [UInt8] = []
        for index in 0..<min(raw.count, EventLimits.keptRawBytes) { kept.append(raw[index]) }
        let row = Row(
            file: place.file, line: place.line, reason: rejected.reason.rawValue,
            message: rejected.message, raw: String(decoding: kept, as: UTF8.self))
        return Array((JSONText.encode(row) + "\n").utf8)
    }

    /// Adds a row.
    func add(_ row: [UInt8]) throws(CommandEnd) { try output.write(row) }

    /// Hands everything to the operating system.
    func flush() throws(CommandEnd) { try output.flush() }
}
