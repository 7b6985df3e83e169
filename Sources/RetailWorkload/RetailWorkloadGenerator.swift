/// A synthetic year of a retailer's identity links, in time order, the same for the same seed.
///
/// Customers have 2 to 400 identifiers (mean 5.5, median 3, p90 11, p99 40): loyalty cards, e-mail
/// hashes, phones, cookies, devices, 27 bytes on average. Each customer is met in one to four
/// channels, linked inside during the year's first 60%; bridges between them come in the last 40%.
/// 18% of the links repeat an earlier one. 3% of the customers share a household's device; two
/// supernodes (`email:test@test.com` and a kiosk) are each linked to 1.2% as many customers as
/// there are lines.
///
/// Where attributes are asked for, behind every such line stands an observe of one of its ends at
/// the same time and by the same channel, with an id and so many attributes. The other lines are
/// those of the stream without.
///
/// Every line follows from the seed and the line's number alone: the stream has any length in
/// constant memory, and any line can be asked for at once.
package struct RetailWorkloadGenerator: Sendable {
    /// How lines are written.
    package enum Format: Sendable {
        /// One JSON object a line.
        case jsonLines
        /// Comma-separated values under a header `op,a,b,ts,source`, and with attributes
        /// `id,attributes.first_name,…`.
        case csv
    }

    /// The most lines of a stream, observes not counted: identifiers number fewer than those lines
    /// and have ten digits.
    package static let maximumLines = 10_000_000_000
    /// The most unlinks of a hundred lines: there must be links to take back.
    package static let maximumUnlinkPercent = 50.0
    /// The most attributes of an observe, as many as an event may carry.
    package static let maximumAttributes = 64

    /// The lines that were written so far, by kind.
    package private(set) var emitted = RetailCounts()

    private let seed: UInt64
    private let schedule: RetailSchedule
    private let population: RetailPopulation
    private var text: RetailLineText
    private let hasObservations: Bool
    /// The event of the last line, if its observe comes next.
    private var observed: RetailEvent?

    /// A stream of `links` lines, `unlinkPercent` of a hundred of which take a link back, and as
    /// many observes with `attributes` attributes, unless that is 0.
    ///
    /// `links` is 0 to `maximumLines`; `unlinkPercent` is 0 to `maximumUnlinkPercent`;
    /// `attributes` is 0 to `maximumAttributes`.
    package init(
        links: Int, seed: UInt64, unlinkPercent: Double = 0, format: Format = .jsonLines,
        attributes: Int = 0
    ) {
        precondition(links >= 0 && links <= Self.maximumLines, "the caller checks the line count")
        precondition(
            unlinkPercent >= 0 && unlinkPercent <= Self.maximumUnlinkPercent,
            "the caller checks the percentage")
        precondition(
            attributes >= 0 && attributes <= Self.maximumAttributes,
            "the caller checks how many attributes there are")
        let linkCount = RetailSchedule.linkCount(lines: links, unlinkPercent: unlinkPercent)
        let unlinks = Int((Double(links) * unlinkPercent / 100).rounded(.down))
        population = RetailPopulation(
            linkLines: links - unlinks, count: linkCount, seed: SplitMix64.word(0, seed: seed))
        schedule = RetailSchedule(
            lines: links, unlinkPercent: unlinkPercent, earlyLinks: population.earlyCount)
        text = RetailLineText(
            seed: SplitMix64.word(1, seed: seed), format: format, attributes: attributes)
        hasObservations = attributes > 0
        self.seed = SplitMix64.word(2, seed: seed)
    }

    /// The number of lines of the whole stream.
    package var lineCount: Int { hasObservations ? schedule.lines * 2 : schedule.lines }

    /// Appends the next line and its end to `buffer`, before a CSV's first also the header; false
    /// at the end of the stream.
    package mutating func next(into buffer: inout [UInt8]) -> Bool {
        let line = emitted.pairs
        if let observed {
            text.append(
                observationOf: observed, number: line,
                word: SplitMix64.word(UInt64(line), seed: SplitMix64.mix(seed)), to: &buffer)
            emitted.observations += 1
            self.observed = nil
            return true
        }
        guard line < schedule.lines else { return false }
        let event = event(at: line)
        switch event.kind {
        case .link: emitted.links += 1
        case .repeatedLink: emitted.repeatedLinks += 1
        case .unlink: emitted.unlinks += 1
        }
        text.append(event, isFirst: line == 0, to: &buffer)
        if hasObservations { observed = event }
        return true
    }

    /// Appends up to `lines` lines to `buffer` and says how many; 0 at the end of the stream.
    package mutating func appendBatch(_ lines: Int, to buffer: inout [UInt8]) -> Int {
        var appended = 0
        while appended < lines, next(into: &buffer) { appended += 1 }
        return appended
    }

    /// The event of the `line`-th line that says something of a pair, from 0 to below the number
    /// of links that were asked for, whatever was written so far.
    package func event(at line: Int) -> RetailEvent {
        precondition(line >= 0 && line < schedule.lines, "there is no such line")
        let random = SplitMix64.word(UInt64(line), seed: seed)
        let kind: RetailEvent.Kind
        let link: Int
        switch schedule.entry(at: line) {
        case .link(let index): (kind, link) = (.link, index)
        case .repeatedLink(let earlier):
            (kind, link) = (.repeatedLink, SplitMix64.reduce(random, below: earlier))
        case .unlink(let earlier):
            (kind, link) = (.unlink, SplitMix64.reduce(random, below: earlier))
        }
        let pair = population[link]
        let other = SplitMix64.mix(random)
        let isSwapped = other & 1 == 1
        return RetailEvent(
            kind: kind, first: isSwapped ? pair.second : pair.first,
            second: isSwapped ? pair.first : pair.second, channel: pair.channel,
            milliseconds: schedule.milliseconds(of: line, random: other))
    }
}
