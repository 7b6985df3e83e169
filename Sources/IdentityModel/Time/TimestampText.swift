/// Writes times as people and programs read them: `2026-01-02T03:04:05.678Z`, always UTC, always
/// with three digits of milliseconds.
package enum TimestampText {
    /// The bytes of every time that is written.
    package static let byteCount = 24

    /// `time` as text.
    package static func print(_ time: EventTime) -> String {
        var bytes: [UInt8] = []
        append(time, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends `time`, which lies in `EventTime.minimum...EventTime.maximum`, as 24 bytes.
    package static func append(_ time: EventTime, to bytes: inout [UInt8]) {
        precondition(
            time >= EventTime.minimum && time <= EventTime.maximum,
            "only the years 0001 to 9999 are written")
        let milliseconds = Int(time.milliseconds)
        let dayLength = 86_400_000
        let days = (milliseconds - (milliseconds < 0 ? dayLength - 1 : 0)) / dayLength
        let rest = milliseconds - days * dayLength
        let date = CivilDate(daysSinceEpoch: days)
        append(date.year, digits: 4, UInt8(ascii: "-"), to: &bytes)
        append(date.month, digits: 2, UInt8(ascii: "-"), to: &bytes)
        append(date.day, digits: 2, UInt8(ascii: "T"), to: &bytes)
        append(rest / 3_600_000, digits: 2, UInt8(ascii: ":"), to: &bytes)
        append(rest / 60_000 % 60, digits: 2, UInt8(ascii: ":"), to: &bytes)
        append(rest / 1_000 % 60, digits: 2, UInt8(ascii: "."), to: &bytes)
        append(rest % 1_000, digits: 3, UInt8(ascii: "Z"), to: &bytes)
    }

    private static func append(
        _ number: Int, digits: Int, _ separator: UInt8, to bytes: inout [UInt8]
    ) {
        var weight = 1
        for _ in 1..<digits { weight *= 10 }
        while weight > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / weight % 10))
            weight /= 10
        }
        bytes.append(separator)
    }
}
