import GraphCore
import IdentityModel
import NodeRuntime
import Testing
import WireFormat

/// Not only the damage that somebody thought of: every entry and every bit.
@Suite struct VerifyThoroughnessTests {
    private func makeStore() throws -> VerifyStore {
        let store = try VerifyStore()
        try store.append(VerifyDamage.customers)
        try store.checkpoint()
        return store
    }

    /// Whichever entry is lost, the verifier says so.
    @Test func shouldFindEachLostEntry() throws {
        let store = try makeStore()
        for entry in store.entries {
            store.remove(entry.key)
            let report = try store.verify()
            #expect(!report.isClean, "lost \(entry.key)")
            expectNoValues(in: report)
            store.put(entry.key, entry.value)
        }
        #expect(try store.verify().isClean)
    }

    /// Whichever bit of a home, a component or a name is turned, the verifier says so: unless the
    /// bytes still mean the same, or a rank is another that could be, of which nothing else knows.
    @Test func shouldFindEachTurnedBit() throws {
        let store = try makeStore()
        var turned = 0
        for entry in store.entries where entry.key != StateKey.header {
            for bit in 0..<entry.value.count * 8 {
                var value = entry.value
                value[bit / 8] ^= 1 << UInt8(bit % 8)
                guard meaning(entry.key, value) != meaning(entry.key, entry.value) else { continue }
                turned += 1
                store.put(entry.key, value)
                #expect(try !store.verify().isClean, "bit \(bit) of \(entry.key)")
            }
            store.put(entry.key, entry.value)
        }
        #expect(turned > 5_000)
        #expect(try store.verify().isClean)
    }

    /// No bit of the header, of which not all can be checked, stops the verifier.
    @Test func shouldBearEachTurnedBitOfTheHeader() throws {
        let store = try makeStore()
        let value = store.value(StateKey.header)
        for bit in 0..<value.count * 8 {
            var damaged = value
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            store.put(StateKey.header, damaged)
            #expect(try store.verify().pairs == 5)
        }
    }

    /// No value that is cut short anywhere passes, or stops the verifier.
    @Test func shouldFindEachValueCutShort() throws {
        let store = try makeStore()
        for entry in store.entries {
            for count in 0..<entry.value.count {
                store.put(entry.key, Array(entry.value[..<count]))
                #expect(try !store.verify().isClean, "\(entry.key) cut to \(count) bytes")
            }
            store.put(entry.key, entry.value)
        }
    }

    /// What a value says, with one rank for all that could be.
    private func meaning(_ key: [UInt8], _ value: [UInt8]) -> String {
        do throws(WireError) {
            switch StateKey.parse(key.span) {
            case .home(let node):
                var image = HomeImage()
                try HomeCodec.decode(value.span, key: node, into: &image)
                return "\(image)"
            case .component(let id):
                var image = ComponentImage()
                try ComponentCodec.decode(value.span, id: id, into: &image)
                if image.rank >= image.members.count, image.rank <= 8 { image.rank = 8 }
                return "\(image)"
            default: return "\(value)"
            }
        } catch {
            return error.reason
        }
    }
}
