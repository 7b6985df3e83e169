internal import IdentityModel
internal import ProfileCore
internal import RetailWorkload

/// What an observe event says of its identifier, beside that it was seen.
package struct SaidAttributes: Equatable, Sendable {
    /// The event's id, by which rules with a window remember it; empty for none.
    package var eventID: [UInt8]
    /// The block of its attributes.
    package var block: [UInt8]

    /// Names, few and some of them of one beginning, so that events and rules meet.
    static let names = ["a", "b", "c", "ab"].map { Array($0.utf8) }
    private static let words = ["", "x", "xy", "7", "true", "2026-01-02T03:04:05Z"]
        .map { Array($0.utf8) }

    /// Draws some: few names, values and ids, so that they tie.
    static func drawn(_ chance: inout SplitMix64) -> SaidAttributes {
        var builder = AttributeBlockBuilder()
        for name in names where name == names[0] || chance.chance(50) {
            var isKept = builder.begin(name.span) == nil
            if chance.chance(20) {
                builder.beginArray()
                for _ in 0..<chance.next(below: 3) {
                    isKept = add(&builder, &chance) && isKept
                }
                isKept = builder.endArray() == nil && isKept
            } else {
                isKept = add(&builder, &chance) && isKept
            }
            precondition(isKept, "what is drawn keeps the limits")
        }
        var block: [UInt8] = []
        let isWhole = builder.finish(to: &block) == nil
        precondition(isWhole, "so few attributes make a short block")
        let id = chance.chance(10) ? "" : "id\(chance.next(below: 8))"
        return SaidAttributes(eventID: Array(id.utf8), block: block)
    }

    /// Adds a value of chance; says whether the builder took it.
    private static func add(
        _ builder: inout AttributeBlockBuilder, _ chance: inout SplitMix64
    ) -> Bool {
        switch chance.next(below: 4) {
        case 0: return builder.add(chance.chance(50)) == nil
        case 1: return builder.add(FixedNumber(Int64(chance.next(below: 4)) - 1)) == nil
        default:
            let word = chance.pick(words)
            return builder.add(string: word.span) == nil
        }
    }
}
