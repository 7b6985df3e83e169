import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

/// Stored values under random damage: an error, or something that means what its bytes say (it
/// survives being written and read again); never a trap.
@Suite("Damaged values")
struct StateDamageTests {
    @Test func shouldSurviveDamagedHomes() throws {
        var chance = SeededGenerator(seed: 1)
        let images = (0..<40).map { _ in RandomImages.home(&chance) }
        try damage(images, &chance) { image in
            StateValueTests.encode(image)
        } decode: { bytes, image throws(WireError) in
            try StateValueTests.decodeHome(bytes, image.key)
        }
    }

    @Test func shouldSurviveDamagedComponents() throws {
        var chance = SeededGenerator(seed: 2)
        let images = (0..<40).map { _ in
            RandomImages.component(members: 1 + chance.below(6), &chance)
        }
        try damage(images, &chance) { image in
            StateValueTests.encode(image)
        } decode: { bytes, image throws(WireError) in
            try StateValueTests.decodeComponent(bytes, image.id)
        }
    }

    @Test func shouldSurviveDamageInLargeComponents() throws {
        var chance = SeededGenerator(seed: 3)
        let images = [RandomImages.component(members: 514, &chance)]
        try damage(images, &chance, rounds: 500) { image in
            StateValueTests.encode(image)
        } decode: { bytes, image throws(WireError) in
            try StateValueTests.decodeComponent(bytes, image.id)
        }
    }

    @Test func shouldSurviveDamagedHeaders() throws {
        var chance = SeededGenerator(seed: 4)
        let headers = (0..<40).map { _ in StateValueTests.randomHeader(&chance) }
        try damage(headers, &chance) { header in
            header.encoded
        } decode: { bytes, _ throws(WireError) in
            try PartitionHeader(bytes.span)
        }
    }

    private func damage<Value: Equatable>(
        _ values: [Value], _ chance: inout SeededGenerator, rounds: Int = 10_000,
        encode: (Value) -> [UInt8],
        decode: ([UInt8], Value) throws(WireError) -> Value
    ) throws {
        let forms = values.map(encode)
        var (refused, read) = (0, 0)
        for _ in 0..<TestBudget.rounds(rounds) {
            let place = chance.below(values.count)
            let bytes = Mutation.damaged(forms[place], &chance)
            guard let value = try? decode(bytes, values[place]) else {
                refused += 1
                continue
            }
            read += 1
            let isSame = try decode(encode(value), values[place]) == value
            #expect(isSame)
        }
        #expect(refused > rounds / 10 && read > 0, "the damage should be of both kinds")
    }
}
