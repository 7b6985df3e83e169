internal import EventInput
internal import IdentityModel
internal import WireFormat

/// What the lines of one file are.
///
/// A name that ends in .csv or .json, .jsonl, .ndjson (behind which .gz or .zst may stand) tells;
/// else the content: an object first is JSON Lines; a first line that names a known column is a
/// CSV's header; anything else is JSON Lines with refused lines. Where the shape of CSV was given,
/// whatever does not say that it is JSON is CSV.
enum ReplayFormat {
    case jsonLines
    case csv
    /// What the first line says: CSV if `isHeader` is true of it.
    case asFirstLineSays

    private static let columns = ["op", "a", "b", "a_ns", "a_value", "b_ns", "b_value", "ts"]

    init(path: String, content: InputFormat, isShapeGiven: Bool = false) {
        let name = Self.bareName(path)
        if name.hasSuffix(".csv") {
            self = .csv
        } else if [".json", ".jsonl", ".ndjson"].contains(where: name.hasSuffix) {
            self = .jsonLines
        } else if content == .jsonLines {
            self = .jsonLines
        } else {
            self = isShapeGiven ? .csv : .asFirstLineSays
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
    /// Whether a line may hold several events.
    static var hasSeveralEvents: Bool { get }
    /// The next event of the line that was decoded last; nil behind its last.
    mutating func decodeMore(line: Span<UInt8>) -> DecodeOutcome?
}

extension LineDecoder {
    static var hasSeveralEvents: Bool { false }
    mutating func decodeMore(line: Span<UInt8>) -> DecodeOutcome? { nil }
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
