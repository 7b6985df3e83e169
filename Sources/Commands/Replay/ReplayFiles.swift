internal import EventInput
internal import Foundation
internal import IdentityModel
internal import WireFormat

/// The files of a replay, before they are read.
enum ReplayFiles {
    /// Opens each once, so that a wrong name is told before anything is folded.
    static func check(_ paths: [String]) throws(CommandEnd) {
        guard paths.filter({ $0 == "-" }).count <= 1 else {
            throw CommandEnd(ExitStatus.usage, "- (standard input) can be read only once")
        }
        for path in paths where path != "-" { _ = try open(path) }
    }

    /// Opens a file.
    static func open(_ path: String) throws(CommandEnd) -> InputFile {
        do throws(InputError) {
            return try InputFile.open(path)
        } catch {
            throw CommandEnd(ExitStatus.failed, error.description)
        }
    }
}

/// What the lines of one file are.
///
/// A name that ends in .csv or .json, .jsonl, .ndjson (behind which .gz or .zst may stand) tells;
/// else the content: an object first is JSON Lines; a first line that names a known column is a
/// CSV's header; anything else is JSON Lines with refused lines.
enum ReplayFormat {
    case jsonLines
    case csv

    private static let columns = ["op", "a", "b", "a_ns", "a_value", "b_ns", "b_value", "ts"]

    init(path: String, format: InputFormat, firstLine: [UInt8]) {
        let name = Self.bareName(path)
        if name.hasSuffix(".csv") {
            self = .csv
        } else if [".json", ".jsonl", ".ndjson"].contains(where: name.hasSuffix) {
            self = .jsonLines
        } else if format == .jsonLines {
            self = .jsonLines
        } else {
            let cells = firstLine.split(separator: UInt8(ascii: ","))
            let isHeader = cells.contains { cell in
                let cell = cell.filter { $0 != UInt8(ascii: "\"") }
                return Self.columns.contains { $0.utf8.elementsEqual(cell) }
            }
            self = isHeader ? .csv : .jsonLines
        }
    }

    private static func bareName(_ path: String) -> String {
        var name = path.lowercased()
        for ending in [".gz", ".zst", ".zstd"] where name.hasSuffix(ending) {
            name.removeLast(ending.count)
        }
        return name
    }
}

/// What decodes one line of a file.
protocol LineDecoder {
    /// Decodes a line; the event's ranges point into `scratch`.
    mutating func decode(line: Span<UInt8>, lineNumber: Int) -> DecodeOutcome
    /// The bytes of the event decoded last.
    var scratch: EventScratch { get }
}

extension JSONEventDecoder: LineDecoder {
    mutating func decode(line: Span<UInt8>, lineNumber: Int) -> DecodeOutcome {
        decode(line, lineNumber: lineNumber)
    }
}

extension CSVEventDecoder: LineDecoder {
    mutating func decode(line: Span<UInt8>, lineNumber: Int) -> DecodeOutcome {
        decode(row: line, lineNumber: lineNumber)
    }
}
