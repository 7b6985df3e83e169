/// What an entry of a fragment holds. The numbers are stored, also in rules.
enum EntrySlot: UInt8 {
    /// The latest word.
    case last = 1
    /// The earliest word of sources that set once.
    case once = 2
    /// The earliest word.
    case first = 3
    /// The greatest value.
    case max = 4
    /// The least value.
    case min = 5
    /// The word of the most trusted source.
    case trusted = 6
    /// Distinct values.
    case set = 7
    /// Events and their times.
    case count = 8
    /// Events, their times and their numbers.
    case sum = 9
    /// Events, their times and their values.
    case frequent = 10

    /// Where a rule's entry is; a second one of `last` is in `once`.
    init(_ rule: SurvivorshipRule) {
        switch rule {
        case .last: self = .last
        case .first: self = .first
        case .max: self = .max
        case .min: self = .min
        case .mostTrusted: self = .trusted
        case .set: self = .set
        case .count: self = .count
        case .sum: self = .sum
        case .mostFrequent: self = .frequent
        }
    }

    /// Whether it remembers events by their ids.
    var isTile: Bool { rawValue >= EntrySlot.count.rawValue }
}

/// The byte behind an entry's name: its slot (4 bits), the type that values were brought to (3
/// bits), and whether it was made of an attribute of another name, whose hash then follows.
///
/// So entries that were made in different ways never meet, whichever rules hold where.
struct EntryTag: Equatable, BitwiseCopyable {
    let rawValue: UInt8

    /// The bytes of a tag.
    static let byteCount = 1
    private static let slotMask: UInt8 = 0x0f
    private static let typeShift: UInt8 = 4
    private static let typeMask: UInt8 = 0x07
    private static let originFlag: UInt8 = 0x80

    init(_ slot: EntrySlot, _ type: AttributeType?, hasOrigin: Bool) {
        rawValue =
            slot.rawValue | (type?.rawValue ?? 0) << EntryTag.typeShift
            | (hasOrigin ? EntryTag.originFlag : 0)
    }

    /// A tag as stored; nil where it is none.
    @inline(__always)
    init?(rawValue: UInt8) {
        let slot = rawValue & EntryTag.slotMask
        let type = rawValue >> EntryTag.typeShift & EntryTag.typeMask
        guard slot >= EntrySlot.last.rawValue, slot <= EntrySlot.frequent.rawValue,
            type <= AttributeType.time.rawValue
        else { return nil }
        self.rawValue = rawValue
    }

    /// What the entry holds.
    @inline(__always)
    var slot: EntrySlot {
        guard let slot = EntrySlot(rawValue: rawValue & EntryTag.slotMask) else {
            preconditionFailure("a tag is checked where it is read")
        }
        return slot
    }

    /// What values were brought to.
    var type: AttributeType? {
        AttributeType(rawValue: rawValue >> EntryTag.typeShift & EntryTag.typeMask)
    }

    /// Whether the hash of an attribute follows.
    @inline(__always)
    var hasOrigin: Bool { rawValue & EntryTag.originFlag != 0 }
}
