import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

/// Changes as the feed keeps them.
@Suite("Stored changes")
struct ChangeFormTests {
    /// Texts with where they stand taken away: what a change says.
    private struct Said: Equatable {
        var removed: [[String]] = []
        var added: [[String]] = []
        var profile: [UInt8]
    }

    private func said(_ change: StoredChange, in bytes: [UInt8]) -> Said {
        func texts(_ identifiers: [StoredChange.Identifier]) -> [[String]] {
            identifiers.map { identifier in
                [identifier.namespace, identifier.value].map {
                    String(decoding: bytes[$0.range], as: UTF8.self)
                }
            }
        }
        return Said(
            removed: texts(change.removed), added: texts(change.added),
            profile: Array(bytes[change.profile]))
    }

    private func said(_ change: CustomerChange) -> Said {
        var said = Said(profile: change.profile)
        change.forEachIdentifier { identifier, value, hasCome in
            let name = ChangeSamples.namespaces[Int(identifier.namespace)]
            let texts = [
                String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self),
            ]
            if hasCome { said.added.append(texts) } else { said.removed.append(texts) }
        }
        return said
    }

    private func expectSame(_ change: CustomerChange) throws {
        let bytes = ChangeSamples.stored(change)
        let stored = try ChangeForm.decode(bytes.span)
        #expect(stored.kind == change.kind && stored.customer == change.customer)
        #expect(stored.version == change.version && stored.isWhole == change.isWhole)
        #expect(stored.others == change.others)
        #expect(said(stored, in: bytes) == said(change))
    }

    @Test func shouldKeepEachKind() throws {
        #expect(ChangeSamples.ofEachKind.map(\.kind) == CustomerChange.Kind.allCases)
        for change in ChangeSamples.ofEachKind { try expectSame(change) }
    }

    @Test func shouldKeepChangesOfChance() throws {
        var chance = SeededGenerator(seed: 1)
        for _ in 0..<TestBudget.rounds(500) { try expectSame(ChangeSamples.random(&chance)) }
    }

    /// As many identifiers as a change has, of the greatest size, and the greatest version.
    @Test func shouldKeepTheLargest() throws {
        let value = String(repeating: "v", count: EventLimits.valueBytes)
        try expectSame(
            ChangeSamples.change(
                .merged, version: .max, isWhole: true,
                added: (0..<500).map { (UInt32(1 + $0 % 3), "\($0)" + value.dropFirst(3)) }))
    }

    /// Names of namespaces stand once, however many identifiers have them.
    @Test func shouldHaveItsGoldenBytes() {
        let change = ChangeSamples.change(
            .split, version: 300, others: [ChangeSamples.ben], removed: [(1, "a"), (2, "b")],
            added: [(1, "é")], profile: [0])
        let expected: [UInt8] =
            [1, 4, 0] + [0x0d, 0x27, 0x21, 0xb8, 0x68, 0x3f, 0xe8, 0x53]
            + [0xe5, 0x89, 0x3a, 0x3d, 0x7c, 0xab, 0x63, 0x36] + [0xac, 2] + [1]
            + [0xab, 0xc9, 0xb0, 0xf4, 0xaf, 0x5a, 0xc6, 0x0a]
            + [0x62, 0x3d, 0x8d, 0xe7, 0x32, 0xb6, 0x23, 0x26]
            + [2, 6] + Array("cookie".utf8) + [5] + Array("email".utf8)
            + [2, 0, 1, 0x61, 1, 1, 0x62] + [1, 0, 2, 0xc3, 0xa9] + [1, 0]
        #expect(ChangeSamples.stored(change) == expected)
    }

    // MARK: Damage

    @Test func shouldRefuseEveryTruncationAndWhatFollows() {
        for change in ChangeSamples.ofEachKind {
            let bytes = ChangeSamples.stored(change)
            for end in 0..<bytes.count {
                #expect(throws: WireError.self, "\(change.kind) cut to \(end) bytes") {
                    try ChangeForm.decode(bytes.span.extracting(0..<end))
                }
            }
            #expect(throws: WireError.self) { try ChangeForm.decode((bytes + [0]).span) }
        }
    }

    /// Each value of each byte: an error, or a change that can be printed or says why not.
    @Test func shouldSurviveEveryChangedByte() {
        var (read, printed) = (0, 0)
        for change in ChangeSamples.ofEachKind {
            let bytes = ChangeSamples.stored(change)
            for place in bytes.indices {
                var damaged = bytes
                for mask in 1...UInt8.max {
                    damaged[place] = bytes[place] ^ mask
                    guard let stored = try? ChangeForm.decode(damaged.span) else { continue }
                    read += 1
                    var text: [UInt8] = []
                    let isPrinted: ()? = try? text.appendChange(
                        stored, in: damaged.span, partition: PartitionID(0), offset: 0,
                        masking: nil)
                    if isPrinted != nil { printed += 1 }
                }
            }
        }
        #expect(printed > 1_000 && read > printed, "a profile's damage is found when it is printed")
    }

    @Test func shouldSurviveRandomDamage() {
        var chance = SeededGenerator(seed: 3)
        let samples = (0..<50).map { _ in ChangeSamples.stored(ChangeSamples.random(&chance)) }
        for _ in 0..<TestBudget.rounds(20_000) {
            _ = try? ChangeForm.decode(Mutation.damaged(chance.pick(samples), &chance).span)
        }
    }

    @Test func shouldTellWhatIsNewerFromWhatIsDamaged() {
        func refusal(_ place: Int, _ value: UInt8) -> WireError.Code? {
            var bytes = ChangeSamples.stored(ChangeSamples.ofEachKind[0])
            bytes[place] = value
            do throws(WireError) {
                _ = try ChangeForm.decode(bytes.span)
                return nil
            } catch { return error.code }
        }
        #expect(refusal(0, 0) == .damaged && refusal(0, 2) == .newerFormat)
        #expect(refusal(1, 7) == .newerFormat && refusal(2, 2) == .newerFormat)
        #expect(refusal(2, 0) == nil)
    }
}
