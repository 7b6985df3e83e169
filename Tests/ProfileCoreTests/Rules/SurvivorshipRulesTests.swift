import IdentityModel
import ProfileCore
import TestSupport
import Testing

@Suite("Rules of survivorship")
struct SurvivorshipRulesTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func rule(
        _ name: String, from: String? = nil, _ rule: SurvivorshipRule = .last()
    ) -> AttributeRule {
        AttributeRule(name: bytes(name), from: from.map(bytes), rule: rule)
    }

    /// Why there are no such rules; nil where there are.
    private func fault(_ attributes: [AttributeRule], version: UInt64 = 1) -> String? {
        do {
            _ = try SurvivorshipRules(version: version, attributes: attributes)
            return nil
        } catch {
            return error.message
        }
    }

    @Test func shouldSortByName() throws {
        let rules = SurvivorshipRules.made([rule("b"), rule("a"), rule("aa"), rule("B")])
        #expect(rules.attributes.map(\.name) == ["B", "a", "aa", "b"].map(bytes))
        #expect(rules.attributes.allSatisfy { $0.from == $0.name && $0.type == nil })
    }

    @Test func shouldStandWithoutRules() {
        #expect(SurvivorshipRules.standing.version == 0)
        #expect(!SurvivorshipRules.standing.isStrict)
        #expect(SurvivorshipRules.standing.attributes.isEmpty)
        #expect(SurvivorshipRules.standing.units == 0)
    }

    @Test func shouldSayWhichValuesAreSensitive() {
        let rules = SurvivorshipRules.made([
            AttributeRule(name: bytes("mail"), isSensitive: true, rule: .last()), rule("country"),
        ])
        let names = ["mail", "country", "mai", "mails", "Mail", ""]
        #expect(names.filter { rules.isSensitive(bytes($0).span) } == ["mail"])
    }

    // MARK: What is refused

    @Test func shouldRefuseTheSameNameTwice() {
        #expect(fault([rule("a"), rule("b"), rule("a", .max)])?.contains("attribute a") == true)
        #expect(fault([rule("a"), rule("b", from: "a"), rule("c", from: "a")]) == nil)
    }

    @Test func shouldRefuseNamesThatAttributesCannotHave() {
        for name in ["", "a\u{7}", String(repeating: "x", count: AttributeLimits.nameBytes + 1)] {
            #expect(fault([rule(name)]) != nil)
            #expect(fault([rule("a", from: name)])?.hasPrefix("attribute a: ") == true)
        }
        #expect(fault([rule(String(repeating: "x", count: AttributeLimits.nameBytes))]) == nil)
    }

    @Test func shouldKeepTheLimitsOfSetsAndWindows() {
        for cap in [1, ProfileLimits.setElements] {
            #expect(fault([rule("a", .set(cap: cap))]) == nil)
        }
        for cap in [Int.min, -1, 0, ProfileLimits.setElements + 1, Int.max] {
            #expect(fault([rule("a", .set(cap: cap))])?.contains("not \(cap)") == true)
        }
        for seconds in [1, ProfileLimits.windowSeconds] {
            #expect(fault([rule("a", .sum(windowSeconds: seconds))]) == nil)
        }
        for seconds in [Int.min, -1, 0, ProfileLimits.windowSeconds + 1, Int.max] {
            for tile in [
                SurvivorshipRule.count(windowSeconds: seconds), .sum(windowSeconds: seconds),
                .mostFrequent(windowSeconds: seconds),
            ] {
                #expect(fault([rule("a", tile)])?.contains("not \(seconds) s") == true)
            }
        }
        #expect(ProfileLimits.windowSeconds == 400 * 24 * 60 * 60)
    }

    @Test func shouldRefuseSourcesThatAreNone() {
        let longest = [UInt8](repeating: 0x73, count: EventLimits.sourceBytes)
        #expect(fault([rule("a", .mostTrusted(ranking: []))]) != nil)
        #expect(fault([rule("a", .mostTrusted(ranking: [longest]))]) == nil)
        #expect(fault([rule("a", .mostTrusted(ranking: [longest + [0x73]]))]) != nil)
        #expect(fault([rule("a", .last(setOnce: [[]]))]) != nil)
        #expect(fault([rule("a", .last(setOnce: [longest, bytes("b"), longest]))]) != nil)
        #expect(
            fault([rule("a", .mostTrusted(ranking: ["x", "y", "x"].map(bytes)))])?
                .contains("x is named twice") == true)
    }

    @Test func shouldKeepTheLimitsOfAllTogether() {
        func rules(_ count: Int, _ kind: SurvivorshipRule) -> [AttributeRule] {
            (0..<count).map { rule("n\($0)", kind) }
        }
        #expect(fault(rules(ProfileLimits.units, .last())) == nil)
        let tooMany = fault(rules(ProfileLimits.units + 1, .last()))
        #expect(tooMany?.contains("81 units, 80 are allowed") == true)
        #expect(fault(rules(ProfileLimits.units / 2, .last(setOnce: [bytes("s")]))) == nil)
        #expect(fault(rules(ProfileLimits.units / 2 + 1, .last(setOnce: [bytes("s")]))) != nil)
        #expect(fault(rules(ProfileLimits.rules + 1, .last()))?.contains("129") == true)
        let greatest = fault(rules(70, .last()) + [rule("big", .set(cap: 32))])
        #expect(greatest?.contains("attribute big alone takes 13") == true)
        #expect(fault([], version: SurvivorshipRules.greatestVersion) == nil)
        #expect(fault([], version: SurvivorshipRules.greatestVersion + 1) != nil)
    }

    @Test func shouldCountUnits() {
        func units(_ kind: SurvivorshipRule) -> Int {
            SurvivorshipRules.made([rule("a", kind)]).units
        }
        let window = ProfileLimits.windowSeconds
        #expect(units(.last()) == 1 && units(.last(setOnce: [bytes("s")])) == 2)
        #expect([.first, .max, .min].map(units) == [1, 1, 1])
        #expect(units(.mostTrusted(ranking: [bytes("s")])) == 1)
        #expect([1, 2, 3, 32, 64].map { units(.set(cap: $0)) } == [1, 1, 2, 13, 25])
        #expect(units(.count(windowSeconds: window)) == 5)
        #expect(units(.sum(windowSeconds: window)) == 9)
        #expect(units(.mostFrequent(windowSeconds: window)) == 17)
    }

    @Test func shouldKeepTheLimitOfSources() {
        func sources(_ count: Int) -> [[UInt8]] { (0..<count).map { bytes("s\($0)") } }
        for make in [
            { SurvivorshipRule.last(setOnce: $0) }, { SurvivorshipRule.mostTrusted(ranking: $0) },
        ] {
            #expect(fault([rule("a", make(sources(ProfileLimits.sources)))]) == nil)
            let tooMany = fault([rule("a", make(sources(ProfileLimits.sources + 1)))])
            #expect(tooMany?.contains("at most 64 sources, not 65") == true)
        }
    }

    @Test func shouldAddNumbersAlone() {
        for type in AttributeType.allCases {
            let sum = AttributeRule(
                name: bytes("a"), type: type, rule: .sum(windowSeconds: 1))
            #expect((fault([sum]) == nil) == (type == .number))
        }
        #expect(fault([rule("a", .sum(windowSeconds: 1))]) == nil)
    }

    /// The longest form, under the greatest version: one more byte is too much.
    @Test func shouldKeepTheLimitOfTheForm() {
        func trusted(_ name: String, _ count: Int, _ length: Int) -> AttributeRule {
            let sources = (0..<count).map { index in
                let start = bytes("\(index)-")
                return start + [UInt8](repeating: 0x78, count: length - start.count)
            }
            return rule(name, .mostTrusted(ranking: sources))
        }
        let most = ["a", "b", "c", "d"].map { trusted($0, ProfileLimits.sources, 253) }
        func length(_ last: Int) -> Int? {
            try? SurvivorshipRules(version: 1, attributes: most + [trusted("e", 1, last)])
                .numbered(SurvivorshipRules.greatestVersion).encode().count
        }
        #expect(length(212) == ProfileLimits.rulesBytes)
        #expect(length(213) == nil)
    }

    // MARK: The form

    @Test func shouldReadBackRulesOfChance() throws {
        var random = RandomProfiles(seed: 5)
        for version in 0..<UInt64(TestBudget.rounds(2_000)) {
            let rules = random.rules(version: version * version)
            let form = rules.encode()
            #expect(try SurvivorshipRules(decoding: form.span) == rules)
            for end in 0..<form.count {
                let cut = Array(form[..<end])
                #expect(throws: WireError.self) { _ = try SurvivorshipRules(decoding: cut.span) }
            }
            let damaged = Mutation.damaged(form, &random.chance)
            if let read = try? SurvivorshipRules(decoding: damaged.span) {
                #expect(read.encode() == damaged)
            }
        }
    }

    /// What has no order has one form; what has an order keeps it.
    @Test func shouldHaveOneForm() {
        let (one, other) = (["a", "b"].map(bytes), ["b", "a"].map(bytes))
        let rules = [one, other].map { SurvivorshipRules.only(.last(setOnce: $0)) }
        #expect(rules[0] == rules[1] && rules[0].encode() == rules[1].encode())
        let ranked = [one, other].map { SurvivorshipRules.only(.mostTrusted(ranking: $0)) }
        #expect(ranked[0] != ranked[1] && ranked[0].encode() != ranked[1].encode())
    }

    @Test func shouldTellALaterFormatFromDamage() {
        let form = SurvivorshipRules.standing.encode()
        #expect(form == [1, 0, 0, 0])
        for (bytes, code) in [
            ([2, 0, 0, 0], WireError.Code.newerFormat), ([1, 0, 2, 0], .damaged),
            ([1, 0, 0, 0, 0], .damaged), ([1, 0, 0, 1, 1, 0x61, 4, 0, 3], .damaged),
            ([1, 0, 0, 1, 1, 0x61, 0, 5, 3], .damaged), ([1, 0, 0, 1, 1, 0x61, 0, 0, 2], .damaged),
            ([1, 0, 0, 1, 1, 0x61, 2, 1, 0x61, 0, 3], .damaged),
        ] as [([UInt8], WireError.Code)] {
            #expect {
                _ = try SurvivorshipRules(decoding: bytes.span)
            } throws: {
                ($0 as? WireError)?.code == code
            }
        }
    }
}
