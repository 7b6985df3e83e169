import GraphCore
import IdentityModel
import NodeRuntime
import Testing
import WireFormat

/// What a report lists and counts, and what a store that cannot be read does to it.
@Suite struct VerifyReportTests {
    @Test(arguments: [
        VerifyLimits.listedPerCode - 1, VerifyLimits.listedPerCode, VerifyLimits.listedPerCode + 1,
    ])
    func shouldListAHundredOfOneCodeAndCountAll(count: Int) throws {
        let store = try VerifyStore()
        try store.append(VerifyDamage.customers)
        try store.checkpoint()
        for number in 0..<count { store.put([0x77, UInt8(number)], []) }
        store.remove(StateKey.source(3))

        let report = try store.verify()
        #expect(report.counts[.unknownKey] == count)
        let listed = report.findings.filter { $0.code == .unknownKey }
        #expect(listed.count == min(count, VerifyLimits.listedPerCode))
        #expect(Set(listed.map(\.subject)).count == listed.count)
        #expect(report.findings.contains { $0.code == .nameTableMismatch })
    }

    @Test func shouldListAThousandInAllAndCountAll() throws {
        let store = try VerifyStore()
        try store.append(VerifyDamage.chain)
        try store.checkpoint()
        for number in 0..<100 { store.put([0x77, UInt8(number)], []) }
        for number in 0..<1_300 {
            try store.editHome("cookie:secret-\(number)") { home in
                home.version += 1
                for pair in home.pairs.indices {
                    home.pairs[pair].isLive.toggle()
                    home.pairs[pair].version += 1
                    home.pairs[pair].leastLinkTime = EventTime(milliseconds: 99_999)
                    home.pairs[pair].registerCount = 2
                }
                home.registers = home.registers.flatMap { register in
                    var register = register
                    register.source = 99
                    register.time = EventTime(milliseconds: .max - 1)
                    return [register, register]
                }
            }
        }
        try store.editMembers(holding: "cookie:secret-0") { image in
            for place in image.values.indices { image.values[place] ^= 1 }
            for member in image.members.indices { image.members[member].firstSeen = .never }
        }

        let report = try store.verify()
        #expect(report.findings.count == VerifyLimits.listedFindings)
        #expect(report.counts.keys.count > 10)
        #expect(report.counts[.livenessMismatch] == 1_299)
        #expect(report.counts[.keyMismatch] == 1_300)
        #expect(report.findingCount == report.counts.values.reduce(0, +))
        #expect(report.findingCount > 5 * VerifyLimits.listedFindings)
        expectNoValues(in: report)
    }

    /// A finding names what it was found in, so that it can be looked up.
    @Test func shouldNameWhatIsDamaged() throws {
        let store = try VerifyStore()
        try store.append(VerifyDamage.customers)
        try store.checkpoint()
        try store.editHome(VerifyDamage.right) { $0.version += 1 }
        try store.editComponent(holding: VerifyDamage.card) { image, _ in image.rank = 1 }
        store.put([0x77, 0xab], [])

        let subjects = try store.verify().findings.map { "\($0.code.rawValue) \($0.subject)" }
        let right = VerifyStore.key(VerifyDamage.right).hexadecimal
        let id = HexadecimalText.print(try store.home(VerifyDamage.card).component.rawValue)
        #expect(
            Set(subjects) == [
                "directory_mismatch node \(right)", "rank_mismatch component \(id)",
                "unknown_key key 77ab",
            ])
    }

    /// The words are what programs count by: they never change.
    @Test func shouldKeepTheWordsOfCodes() {
        for code in VerifyFinding.Code.allCases {
            #expect(code.rawValue.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0 >= 97 })
        }
        #expect(VerifyFinding.Code.directoryMismatch.rawValue == "directory_mismatch")
        #expect(Set(VerifyFinding.Code.allCases.map(\.rawValue)).count == 48)
    }

    @Test func shouldThrowWhereTheStoreCannotBeRead() throws {
        let verifier = StoreVerifier(
            partition: VerifyStore.partition, namespaces: .open, keyOf: VerifyStore.keyOf)
        #expect(throws: UnreadableState.failure) { try verifier.verify(UnreadableState()) }
    }

    /// A store whose disk is gone.
    private struct UnreadableState: StatePort {
        static let failure = StoreFailure(.ioError, "the disk is gone", remedy: "find it")

        func read(_ key: [UInt8], into value: inout [UInt8]) throws(StoreFailure) -> Bool {
            throw Self.failure
        }

        func scan(
            from lower: [UInt8], to upper: [UInt8],
            _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
        ) throws(StoreFailure) { throw Self.failure }

        func apply(_ batch: CheckpointBatch) throws(StoreFailure) { throw Self.failure }
    }
}
