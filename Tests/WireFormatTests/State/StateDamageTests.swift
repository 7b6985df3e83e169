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
            [StateValueTests.encode(image)]
        } decode: { pages, image throws(WireError) in
            try StateValueTests.decodeHome(pages[0], image.key)
        }
    }

    @Test func shouldSurviveDamagedComponents() throws {
        var chance = SeededGenerator(seed: 2)
        let images = (0..<40).map { _ in
            RandomImages.component(members: 1 + chance.below(6), &chance)
        }
        try damage(images, &chance) { image in
            StateValueTests.pages(image)
        } decode: { pages, image throws(WireError) in
            try StateValueTests.decodeComponent(pages, image.id).image
        }
    }

    @Test func shouldSurviveDamagedPages() throws {
        var chance = SeededGenerator(seed: 3)
        let images = [RandomImages.component(members: 514, &chance)]
        try damage(images, &chance, rounds: 500) { image in
            StateValueTests.pages(image)
        } decode: { pages, image throws(WireError) in
            try StateValueTests.decodeComponent(pages, image.id).image
        }
    }

    @Test func shouldSurviveDamagedHeaders() throws {
        var chance = SeededGenerator(seed: 4)
        let headers = (0..<40).map { _ in StateValueTests.randomHeader(&chance) }
        try damage(headers, &chance) { header in
            [header.encoded]
        } decode: { pages, _ throws(WireError) in
            let bytes = pages[0]
            return try PartitionHeader(bytes.span)
        }
    }

    private func damage<Value: Equatable>(
        _ values: [Value], _ chance: inout SeededGenerator, rounds: Int = 10_000,
        encode: (Value) -> [[UInt8]],
        decode: ([[UInt8]], Value) throws(WireError) -> Value
    ) throws {
        let forms = values.map(encode)
        var (refused, read) = (0, 0)
        for _ in 0..<TestBudget.rounds(rounds) {
            let place = chance.below(values.count)
            var pages = forms[place]
            let page = chance.below(pages.count)
            pages[page] = Mutation.damaged(pages[page], &chance)
            guard let value = try? decode(pages, values[place]) else {
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
