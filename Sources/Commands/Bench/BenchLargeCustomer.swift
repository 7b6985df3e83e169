/// A customer of 250,000 members: cycles of 2,000, in a row, each linked to the next by one bridge.
///
///     ╭─ cycle ─╮ bridge ╭─ cycle ─╮ bridge ╭─ cycle ─╮
///     ╰─────────╯────────╰─────────╯────────╰─────────╯
///
/// Taking back a link of a cycle splits nobody, which is known only once the cycle was walked
/// around; taking back the bridge in the middle splits it in halves.
struct BenchLargeCustomer {
    /// A link, by the members' numbers.
    struct Link: Equatable {
        let first: Int
        let second: Int
    }

    /// Cycles.
    let cycles: Int
    /// Members of each.
    let length: Int

    private static let standardCycles = 125
    private static let leastLength = 4

    /// One of about so many members.
    init(members: Int) {
        cycles = max(2, min(Self.standardCycles, members / (2 * Self.leastLength)))
        length = max(Self.leastLength, members / cycles)
    }

    /// All members.
    var members: Int { cycles * length }

    /// All links.
    var links: [Link] {
        (0..<cycles).flatMap { cycle in
            (0..<length).map { Link(first: member($0, cycle), second: member($0 + 1, cycle)) }
        } + (0..<cycles - 1).map(bridge)
    }

    /// Links whose loss splits nobody: of each second cycle one.
    var cycleCuts: [Link] {
        stride(from: 0, to: cycles, by: 2).map {
            Link(first: member(length / 4, $0), second: member(length / 4 + 1, $0))
        }
    }

    /// Every bridge, the one in the middle first, then those in the middle of the halves.
    var bridgeCuts: [Link] {
        var (order, parts): ([Int], [Range<Int>]) = ([], [0..<cycles - 1])
        var next = 0
        while next < parts.count {
            let part = parts[next]
            next += 1
            guard !part.isEmpty else { continue }
            let middle = part.lowerBound + part.count / 2
            order.append(middle)
            parts += [part.lowerBound..<middle, middle + 1..<part.upperBound]
        }
        return order.map(bridge)
    }

    private func member(_ number: Int, _ cycle: Int) -> Int { cycle * length + number % length }

    /// From a member of a cycle to the next cycle's opposite one.
    private func bridge(_ cycle: Int) -> Link {
        Link(first: member(0, cycle), second: member(length / 2, cycle + 1))
    }

    // MARK: As events

    /// The line that says or takes back a link.
    static func line(_ operation: String, _ link: Link) -> [UInt8] {
        let year = operation == "link" ? 2025 : 2026
        return line(
            operation, "cookie:ring-\(link.first)", "cookie:ring-\(link.second)", year: year)
    }

    /// The line that makes a small customer beside it.
    static func bystander(_ number: Int) -> [UInt8] {
        line("link", "email:by-\(number)@example.com", "loyalty:by-\(number)", year: 2025)
    }

    private static func line(_ operation: String, _ a: String, _ b: String, year: Int) -> [UInt8] {
        Array(
            ("{\"op\":\"\(operation)\",\"a\":\"\(a)\",\"b\":\"\(b)\","
                + "\"ts\":\"\(year)-01-01T00:00:00Z\",\"source\":\"bench\"}\n").utf8)
    }
}
