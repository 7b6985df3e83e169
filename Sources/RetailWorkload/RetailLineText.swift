/// Writes events as lines of JSON or CSV. It remembers the day that it wrote last, since events
/// come in time order.
struct RetailLineText: Sendable {
    private let identifiers: RetailIdentifierText
    private let header: [UInt8]
    /// What stands before op, a, b, ts and source, and after the source.
    private let pieces: [[UInt8]]
    private let sources: [[UInt8]]
    private let link = Array("link".utf8)
    private let unlink = Array("unlink".utf8)
    /// What stands before an observe's a, ts, source, id and attributes, and after them.
    private let observePieces: [[UInt8]]
    private let observations: RetailObservationText
    private var day: Int64 = .min
    private var dayText: [UInt8] = []

    private static let dayMilliseconds: Int64 = 86_400_000

    /// Lines of `format` with the identifiers' values that `seed` gives, and with `attributes`
    /// attributes on each observe.
    init(seed: UInt64, format: RetailWorkloadGenerator.Format, attributes: Int) {
        identifiers = RetailIdentifierText(seed: seed)
        sources = RetailChannel.allCases.map { Array($0.source.utf8) }
        observations = RetailObservationText(
            seed: SplitMix64.word(2, seed: seed), count: attributes,
            style: format == .csv ? .csv : .json)
        let (texts, observeTexts): ([String], [String])
        switch format {
        case .jsonLines:
            header = []
            texts = [
                "{\"op\":\"", "\",\"a\":\"", "\",\"b\":\"", "\",\"ts\":\"", "\",\"source\":\"",
                "\"}\n",
            ]
            observeTexts = [
                "{\"op\":\"observe\",\"a\":\"", "\",\"ts\":\"", "\",\"source\":\"", "\",\"id\":\"",
                "\",\"attributes\":", "}\n",
            ]
        case .csv:
            let added = attributes == 0 ? [] : Array(",id".utf8) + observations.columns
            header = Array("op,a,b,ts,source".utf8) + added + [UInt8(ascii: "\n")]
            // A link has neither an id nor attributes.
            let empty = String(repeating: ",", count: attributes == 0 ? 0 : attributes + 1)
            texts = ["", ",", ",", ",", ",", empty + "\n"]
            observeTexts = ["observe,", ",,", ",", ",", "", "\n"]
        }
        pieces = texts.map { Array($0.utf8) }
        observePieces = observeTexts.map { Array($0.utf8) }
    }

    /// Appends `event` and the line's end; before the first also the header.
    mutating func append(_ event: RetailEvent, isFirst: Bool, to buffer: inout [UInt8]) {
        if isFirst { buffer.append(contentsOf: header) }
        buffer.append(contentsOf: pieces[0])
        buffer.append(contentsOf: event.kind == .unlink ? unlink : link)
        buffer.append(contentsOf: pieces[1])
        identifiers.append(event.first, to: &buffer)
        buffer.append(contentsOf: pieces[2])
        identifiers.append(event.second, to: &buffer)
        buffer.append(contentsOf: pieces[3])
        appendTime(event.milliseconds, to: &buffer)
        buffer.append(contentsOf: pieces[4])
        buffer.append(contentsOf: sources[Int(event.channel.rawValue)])
        buffer.append(contentsOf: pieces[5])
    }

    /// Appends an observe of `event`'s first end, at its time and by its channel, that draws
    /// `word`; `number` tells it from the stream's others.
    mutating func append(
        observationOf event: RetailEvent, number: Int, word: UInt64, to buffer: inout [UInt8]
    ) {
        buffer.append(contentsOf: observePieces[0])
        identifiers.append(event.first, to: &buffer)
        buffer.append(contentsOf: observePieces[1])
        appendTime(event.milliseconds, to: &buffer)
        buffer.append(contentsOf: observePieces[2])
        buffer.append(contentsOf: sources[Int(event.channel.rawValue)])
        buffer.append(contentsOf: observePieces[3])
        observations.appendID(UInt64(number), to: &buffer)
        buffer.append(contentsOf: observePieces[4])
        observations.append(event.first, word, to: &buffer)
        buffer.append(contentsOf: observePieces[5])
    }

    /// RFC 3339 with milliseconds, in UTC.
    private mutating func appendTime(_ milliseconds: Int64, to buffer: inout [UInt8]) {
        let (day, rest) = milliseconds.quotientAndRemainder(dividingBy: Self.dayMilliseconds)
        if day != self.day {
            self.day = day
            dayText.removeAll(keepingCapacity: true)
            Self.appendDate(day, to: &dayText)
        }
        buffer.append(contentsOf: dayText)
        let time = UInt64(rest)
        appendDecimal(time / 3_600_000, digits: 2, to: &buffer)
        buffer.append(UInt8(ascii: ":"))
        appendDecimal(time / 60_000 % 60, digits: 2, to: &buffer)
        buffer.append(UInt8(ascii: ":"))
        appendDecimal(time / 1_000 % 60, digits: 2, to: &buffer)
        buffer.append(UInt8(ascii: "."))
        appendDecimal(time % 1_000, digits: 3, to: &buffer)
        buffer.append(UInt8(ascii: "Z"))
    }

    /// `YYYY-MM-DDT` of a day since 1970: the workload's year is 2025, so a walk over its months
    /// is all that is needed.
    private static func appendDate(_ day: Int64, to text: inout [UInt8]) {
        var rest = UInt64(day - RetailSchedule.startMilliseconds / dayMilliseconds)
        var month: UInt64 = 1
        for length: UInt64 in [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if rest < length { break }
            rest -= length
            month += 1
        }
        text.append(contentsOf: "2025-".utf8)
        appendDecimal(month, digits: 2, to: &text)
        text.append(UInt8(ascii: "-"))
        appendDecimal(rest + 1, digits: 2, to: &text)
        text.append(UInt8(ascii: "T"))
    }
}
