import TestSupport

/// Events with something of everything, the same in every run: what stores on disk are made of.
enum BackupEvents {
    /// The key that these stores are made with.
    static let key = "000102030405060708090a0b0c0d0e0f"
    /// Over the members of one stored page.
    private static let starMembers = 600
    private static let start = 1_767_225_600_000

    /// A star of more members than a page holds, as one record.
    static let star: [String] = (0..<starMembers).map { index in
        link("link", "device:kiosk-7", "cookie:k\(index)", index, "web", reason: nil)
    }

    /// So many lines from a seed: links, unlinks, bans, lifted bans, sightings and reasons over a
    /// few hundred identifiers.
    static func mixed(_ count: Int, seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let a = "email:ana\(random.below(90))@example.com"
            let b =
                random.chance(50)
                ? "cookie:c-\(random.below(160))" : "loyalty:L\(1_000 + random.below(60))"
            if random.chance(5) {
                return "{\"op\":\"observe\",\"a\":\"\(a)\",\"ts\":\(start + index),"
                    + "\"source\":\"web\"}"
            }
            let op = random.pick(["link", "link", "link", "link", "unlink", "ban", "unban"])
            let source = random.pick(["web", "app", "steward", "call-centre"])
            let reason = random.chance(20) ? "said by \(source), case \(random.below(1_000))" : nil
            return link(op, a, b, index, source, reason: reason)
        }
    }

    private static func link(
        _ op: String, _ a: String, _ b: String, _ index: Int, _ source: String, reason: String?
    ) -> String {
        "{\"op\":\"\(op)\",\"a\":\"\(a)\",\"b\":\"\(b)\",\"ts\":\(start + index * 1_000),"
            + "\"source\":\"\(source)\"" + (reason.map { ",\"reason\":\"\($0)\"" } ?? "") + "}"
    }
}

extension Array {
    /// The elements in runs of `count`.
    func runs(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map {
            self[$0..<Swift.min($0 + count, self.count)]
        }
    }
}
