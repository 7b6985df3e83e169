import IdentityModel
import RetailWorkload
import TestSupport

/// Events as producers send them.
enum Streams {
    /// A seeded year of a retailer: links, some taken back, and what was observed.
    static func retail(seed: UInt64, links: Int) -> [[UInt8]] {
        var generator = RetailWorkloadGenerator(
            links: links, seed: seed, unlinkPercent: 8, attributes: 2)
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        while generator.next(into: &line) {
            lines.append(line)
            line.removeAll()
        }
        return lines
    }

    /// Random events that are rich in what is hard: bans, equal times, words taken back.
    static func random(seed: UInt64) -> [[UInt8]] {
        RandomEvents(seed: seed, nodes: 20...60, count: 200...300).events.map(text)
    }

    private static func text(_ event: TestEvent) -> [UInt8] {
        var text = #"{"op":"\#(word(event.operation))","a":"\#(name(event.a))""#
        if let b = event.b { text += #","b":"\#(name(b))""# }
        text += #","ts":\#(event.time),"source":"\#(event.source)","reason":"\#(event.reason)"}"#
        return Array(text.utf8)
    }

    private static func word(_ operation: LinkOperation) -> String {
        switch operation {
        case .link: "link"
        case .unlink: "unlink"
        case .ban: "ban"
        case .unban: "unban"
        case .observe: "observe"
        }
    }

    private static func name(_ end: TestEnd) -> String { "\(end.namespace):\(end.value)" }
}
