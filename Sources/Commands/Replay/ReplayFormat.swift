internal import EventInput
internal import IdentityModel
internal import WireFormat

/// What the lines of one file are.
///
/// A name that ends in .csv or .json, .jsonl, .ndjson (behind which .gz or .zst may stand) tells;
/// else the content: an object first is JSON Lines; a first line that names a known column is a
/// CSV's header; anything else is JSON Lines with refused lines.
enum ReplayFormat {
    case jsonLines
    case csv
    /// What the first line says: CSV if `isHeader` is true of it.
    case asFirstLineSays

    private static let columns = ["op", "a", "b", "a_ns", "a_value", "b_ns", "b_value", "ts"]

    init(path: String, content: InputFormat) {
        let name = Self.bareName(path)
        if name.hasSuffix(".csv") {
            self = .csv
        } else if [".json", ".jsonl", ".ndjson"].contains(where: name.hasSuffix) {
            self = .jsonLines
        } else {
            self = content == .jsonLines ? .jsonLines : .asFirstLineSays
        }
    }

    /// Whether a line names a known column, and so can only be a header.
    static func isHeader(_ line: Span<UInt8>) -> Bool {
        var cell: [UInt8] = []
        for index in 0...line.count {
            if index < line.count, line[index] != UInt8(ascii: ",") {
                if line[index] != UInt8(ascii: "\"") { cell.append(line[index]) }
                continue
            }
            if columns.contains(where: { $0.utf8.elementsEqual(cell) }) { return true }
            cell.removeAll(keepingCapacity: true)
        }
        return false
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
