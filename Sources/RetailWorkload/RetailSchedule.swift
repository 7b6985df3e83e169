/// How the lines of a stream divide into first links, repeats and unlinks, and when each happens.
///
/// All of it is arithmetic on a line's number: nothing is kept for each line or customer.
struct RetailSchedule: Sendable {
    /// What a line does, as numbers of first links.
    enum Entry: Equatable, Sendable {
        /// The first link of that number.
        case link(Int)
        /// A line that repeats one of so many first links before it.
        case repeatedLink(earlier: Int)
        /// A line that takes back one of so many first links before it.
        case unlink(earlier: Int)
    }

    /// All lines.
    let lines: Int
    /// Lines that take a link back.
    let unlinks: Int
    /// Lines that link again.
    let repeats: Int
    /// First links up to the turn of the year's first 60%; the rest come after it.
    let earlyLinks: Int
    private let turn: Int

    /// Of a hundred link lines, so many repeat an earlier one.
    static let repeatPercent = 18
    /// 2025-01-01T00:00:00Z in milliseconds since 1970.
    static let startMilliseconds: Int64 = 1_735_689_600_000
    /// The year's length in milliseconds.
    static let yearMilliseconds: UInt64 = 365 * 86_400_000
    /// The part of the year in which channels are linked inside, in milliseconds: 60%.
    static let earlyMilliseconds: UInt64 = yearMilliseconds / 10 * 6

    /// First links of `lines` lines of which so many percent are unlinks.
    static func linkCount(lines: Int, unlinkPercent: Double) -> Int {
        let schedule = RetailSchedule(lines: lines, unlinkPercent: unlinkPercent, earlyLinks: 0)
        return schedule.lines - schedule.unlinks - schedule.repeats
    }

    /// A schedule of `lines` lines in which `earlyLinks` first links come before the turn.
    init(lines: Int, unlinkPercent: Double, earlyLinks: Int) {
        let unlinks = Int((Double(lines) * unlinkPercent / 100).rounded(.down))
        let repeats = (lines - unlinks) * Self.repeatPercent / 100
        self.lines = lines
        self.unlinks = unlinks
        self.repeats = repeats
        self.earlyLinks = earlyLinks
        // The first line whose first link is past the early ones.
        var (low, high) = (0, lines)
        while low < high {
            let middle = low + (high - low) / 2
            let before = Self.linksBefore(middle + 1, lines, unlinks, repeats)
            if before > earlyLinks { high = middle } else { low = middle + 1 }
        }
        turn = low
    }

    /// What line `line` does.
    @inline(__always)
    func entry(at line: Int) -> Entry {
        let unlinksBefore = Self.share(line, of: unlinks, in: lines)
        let linkLine = line - unlinksBefore
        let repeatsBefore = Self.share(linkLine, of: repeats, in: lines - unlinks)
        let links = linkLine - repeatsBefore
        if Self.share(line + 1, of: unlinks, in: lines) > unlinksBefore {
            return .unlink(earlier: links)
        }
        if Self.share(linkLine + 1, of: repeats, in: lines - unlinks) > repeatsBefore {
            return .repeatedLink(earlier: links)
        }
        return .link(links)
    }

    /// When line `line` happens, in milliseconds since 1970: never before the line above it.
    /// `random` moves it within its own share of the year.
    @inline(__always)
    func milliseconds(of line: Int, random: UInt64) -> Int64 {
        let isEarly = line < turn
        let length =
            isEarly ? Self.earlyMilliseconds : Self.yearMilliseconds - Self.earlyMilliseconds
        let count = UInt64(isEarly ? turn : lines - turn)
        let index = UInt64(isEarly ? line : line - turn)
        let passed = count.dividingFullWidth(index.multipliedFullWidth(by: length)).quotient
        let step = length / count
        let within = step.multipliedFullWidth(by: random).high
        let start = Self.startMilliseconds + (isEarly ? 0 : Int64(Self.earlyMilliseconds))
        return start + Int64(passed + within)
    }

    /// Of `part` things spread evenly over `whole` places, how many stand before `place`.
    @inline(__always)
    private static func share(_ place: Int, of part: Int, in whole: Int) -> Int {
        guard part > 0 else { return 0 }
        let product = UInt64(place).multipliedFullWidth(by: UInt64(part))
        return Int(UInt64(whole).dividingFullWidth(product).quotient)
    }

    private static func linksBefore(
        _ line: Int, _ lines: Int, _ unlinks: Int, _ repeats: Int
    ) -> Int {
        let linkLine = line - share(line, of: unlinks, in: lines)
        return linkLine - share(linkLine, of: repeats, in: lines - unlinks)
    }
}
