internal import Foundation
internal import KafkaEngine
internal import KafkaLog
internal import Logging
internal import NodeRuntime

/// How the texts of settings are read. Each says what it takes.
enum SettingValues {
    /// The most seconds of a deadline.
    static let maximumDeadlineSeconds = 3_600.0
    /// The least seconds of a deadline.
    static let minimumDeadlineSeconds = 0.001
    /// The most requests that a node may take in hand at once.
    static let maximumConcurrentRequests = 65_536
    /// The most changes of a partition that a change feed may be told to keep: 10^12.
    static let maximumFeedRetention: UInt64 = 1_000_000_000_000
    /// How many seconds may lie between two snapshots of a partition: to a week.
    static let snapshotSeconds = 1...604_800
    /// How many snapshots of a partition may be kept.
    static let snapshotCounts = 1...100
    /// The most bytes of a host's name (RFC 1035).
    static let maximumHostBytes = 253

    static func logLevel(_ text: String) throws(SettingFault) -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            let words = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingFault(text, isNo: "level of logs", give: "one of \(words)")
        }
        return level
    }

    static func durability(_ text: String) throws(SettingFault) -> Durability {
        guard let durability = Durability(rawValue: text) else {
            throw SettingFault(
                text, isNo: "durability",
                give: "os (what is acknowledged survives a killed process) or fsync (a power loss)")
        }
        return durability
    }

    static func partitions(_ text: String) throws(SettingFault) -> UInt16 {
        let range = NodeSettings.partitionCounts
        guard let number = wholeNumber(text), let count = UInt16(exactly: number),
            range.contains(count)
        else {
            throw SettingFault(
                text, isNo: "number of partitions",
                give: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return count
    }

    static func port(_ text: String) throws(SettingFault) -> UInt16 {
        guard let number = wholeNumber(text), let port = UInt16(exactly: number) else {
            throw SettingFault(
                text, isNo: "port", give: "a whole number from 0 (any that is free) to 65535")
        }
        return port
    }

    static func concurrentRequests(_ text: String) throws(SettingFault) -> Int {
        guard let number = wholeNumber(text), (1...maximumConcurrentRequests).contains(number)
        else {
            throw SettingFault(
                text, isNo: "number of requests",
                give: "a whole number from 1 to \(maximumConcurrentRequests)")
        }
        return number
    }

    /// How many changes of each partition the feed keeps.
    static func feedRetention(_ text: String) throws(SettingFault) -> UInt64 {
        guard let number = wholeNumber(text), let count = UInt64(exactly: number),
            count <= maximumFeedRetention
        else {
            throw SettingFault(
                text, isNo: "number of changes",
                give: "a whole number from 0 (no feed is kept) to \(maximumFeedRetention)")
        }
        return count
    }

    /// The version of the machine's logic that a store is not raised beyond.
    static func logicLimit(_ text: String) throws(SettingFault) -> UInt64 {
        guard let number = wholeNumber(text), let version = UInt64(exactly: number), version > 0
        else {
            throw SettingFault(
                text, isNo: "version of the logic", give: "a whole number from 1 on")
        }
        return version
    }

    /// Seconds, with a fraction or without, as nanoseconds.
    static func deadline(_ text: String) throws(SettingFault) -> UInt64 {
        let isPlain = text.utf8.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") }
        guard isPlain, let seconds = Double(text),
            (minimumDeadlineSeconds...maximumDeadlineSeconds).contains(seconds)
        else {
            throw SettingFault(
                text, isNo: "deadline",
                give: "seconds from \(minimumDeadlineSeconds) to \(Int(maximumDeadlineSeconds))")
        }
        return UInt64((seconds * 1e9).rounded())
    }

    /// An address, or the name of one.
    static func host(_ text: String) throws(SettingFault) -> String {
        var address = in6_addr()
        let isName =
            text.utf8.count <= maximumHostBytes && !text.hasPrefix("-") && !text.hasPrefix(".")
            && text.utf8.allSatisfy {
                isDigit($0) || isLetter($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
            }
        guard isName || inet_pton(AF_INET6, text, &address) == 1 else {
            throw SettingFault(
                text, isNo: "host",
                give: "an address (127.0.0.1, ::1; 0.0.0.0 is every interface) or a name")
        }
        return text
    }

    /// A node's address.
    static func server(_ text: String) throws(SettingFault) -> NodeAddress {
        guard let address = NodeAddress(text) else {
            throw SettingFault(
                text, isNo: "node's address",
                give: "http:// or https://, a host, and a port, such as http://127.0.0.1:7411")
        }
        return address
    }

    /// Where other nodes reach a node: they speak plain HTTP among each other.
    static func advertised(_ text: String) throws(SettingFault) -> NodeAddress {
        guard let address = NodeAddress(text), address.place != nil else {
            throw SettingFault(
                text, isNo: "address at which other nodes can reach this one",
                give: "http://, a host, and a port, such as http://10.0.0.5:7411; nodes do not "
                    + "encrypt what they ask each other")
        }
        return address
    }

    /// What keeps a store's logs.
    static func engine(_ text: String) throws(SettingFault) -> Engine {
        guard let engine = Engine(rawValue: text) else {
            throw SettingFault(
                text, isNo: "engine",
                give: "embedded (the data folder has the logs) or kafka (topics have them)")
        }
        return engine
    }

    /// What all of a store's topics begin with.
    static func prefix(_ text: String) throws(SettingFault) -> TopicNames {
        do throws(KafkaError) {
            return try TopicNames(text)
        } catch {
            throw SettingFault(text, isNo: "prefix of topics", give: error.reason)
        }
    }

    /// How many nodes stand by for each partition.
    static func standbys(_ text: String) throws(SettingFault) -> Int {
        let range = ClusterSettings.standbyCounts
        guard let number = wholeNumber(text), range.contains(number) else {
            throw SettingFault(
                text, isNo: "number of standbys",
                give: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Seconds between two snapshots of a partition, as nanoseconds.
    static func snapshotInterval(_ text: String) throws(SettingFault) -> UInt64 {
        let range = snapshotSeconds
        guard let seconds = wholeNumber(text), range.contains(seconds) else {
            throw SettingFault(
                text, isNo: "interval of snapshots",
                give: "seconds from \(range.lowerBound) to \(range.upperBound)")
        }
        return UInt64(seconds) * 1_000_000_000
    }

    /// How many snapshots of a partition are kept.
    static func snapshotKeep(_ text: String) throws(SettingFault) -> Int {
        let range = snapshotCounts
        guard let number = wholeNumber(text), range.contains(number) else {
            throw SettingFault(
                text, isNo: "number of snapshots",
                give: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A node's name among the others of its store.
    static func nodeName(_ text: String) throws(SettingFault) -> NodeID {
        guard let name = NodeID(text) else {
            throw SettingFault(
                text, isNo: "name of a node",
                give: "1 to \(NodeID.maximumBytes) letters, digits, dots, underscores, hyphens")
        }
        return name
    }

    /// A choice.
    static func flag(_ text: String) throws(SettingFault) -> Bool {
        switch text {
        case "true": return true
        case "false": return false
        default: throw SettingFault(text, isNo: "choice", give: "true or false")
        }
    }

    /// ASCII digits alone: no sign, no space.
    private static func wholeNumber(_ text: String) -> Int? {
        text.utf8.allSatisfy(isDigit) ? Int(text) : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
