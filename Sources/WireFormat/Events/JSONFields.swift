/// The keys that an event may have, each as its bytes in one word, first byte lowest.
enum EventKey: UInt64 {
    /// `op`
    case operation = 0x706F
    /// `a`
    case a = 0x61
    /// `b`
    case b = 0x62
    /// `ts`
    case time = 0x7374
    /// `source`
    case source = 0x6563_7275_6F73
    /// `id`
    case eventID = 0x6469
    /// `reason`
    case reason = 0x6E6F_7361_6572
    /// `ns`, in an end's object
    case namespace = 0x736E
    /// `value`, in an end's object
    case value = 0x65_756C_6176
    /// `attributes`, which is too long for a word: only its first eight bytes.
    case attributes = 0x7475_6269_7274_7461

    /// The key of those bytes, or nil.
    @inline(__always)
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        if let word = ByteWord.name(bytes, range) {
            if word == EventKey.attributes.rawValue { return nil }
            self.init(rawValue: word)
            return
        }
        let start = range.lowerBound
        guard range.count == 10, bytes[start + 8] == UInt8(ascii: "e"),
            bytes[start + 9] == UInt8(ascii: "s"),
            ByteWord.load(bytes, at: start) == EventKey.attributes.rawValue
        else { return nil }
        self = .attributes
    }

    /// A bit of its own, to tell a repeated key.
    @inline(__always)
    var bit: UInt16 {
        switch self {
        case .operation: 1
        case .a: 2
        case .b: 4
        case .time: 8
        case .source: 16
        case .eventID: 32
        case .reason: 64
        case .namespace: 128
        case .value: 256
        case .attributes: 512
        }
    }
}

/// One end of an event as the scan found it: a string, or an object's two members.
struct JSONEnd {
    /// The value itself.
    var token = JSONToken.absent
    /// `ns`, if it is an object.
    var namespace = JSONToken.absent
    /// `value`, if it is an object.
    var value = JSONToken.absent
    /// The object's other keys.
    var ignoredKeys = 0
}

/// An event's fields as the scan found them, not yet judged.
struct JSONFields {
    var operation = JSONToken.absent
    var a = JSONEnd()
    var b = JSONEnd()
    var time = JSONToken.absent
    var source = JSONToken.absent
    var eventID = JSONToken.absent
    var reason = JSONToken.absent
    var attributes = JSONToken.absent
    /// Keys at the top that no field has.
    var ignoredKeys = 0
}
