/// A window as profiles.yaml and answers write it: a number and a unit, such as 30d.
package enum WindowText {
    /// The units with their seconds, the greatest first.
    private static let units: [(letter: UInt8, seconds: Int)] = [
        (UInt8(ascii: "d"), 86_400), (UInt8(ascii: "h"), 3_600), (UInt8(ascii: "m"), 60),
        (UInt8(ascii: "s"), 1),
    ]
    /// The most digits: more are beyond every window, in whatever unit.
    private static let digits = 8

    /// The seconds of a text; nil where it is none that this writes, in whatever unit: the number
    /// has 1 to 8 digits, the first of them no 0.
    package static func parse(_ text: String) -> Int? {
        var bytes = Array(text.utf8)
        guard let last = bytes.popLast(),
            let unit = units.first(where: { $0.letter == last }),
            (1...digits).contains(bytes.count), bytes[0] != UInt8(ascii: "0")
        else { return nil }
        var number = 0
        for byte in bytes {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number * unit.seconds
    }

    /// The shortest text of so many seconds, which are at least 1.
    package static func print(_ seconds: Int) -> String {
        for unit in units where seconds % unit.seconds == 0 {
            return "\(seconds / unit.seconds)" + String(UnicodeScalar(unit.letter))
        }
        preconditionFailure("a second is a unit")
    }
}
