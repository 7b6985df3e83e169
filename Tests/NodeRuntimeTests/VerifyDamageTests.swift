import GraphCore
import IdentityModel
import NodeRuntime
import Testing
import WireFormat

/// Damage that is planted by raw keys is found, and called by its name.
@Suite struct VerifyDamageTests {
    @Test(arguments: VerifyDamage.all)
    func shouldFind(_ damage: VerifyDamage) throws {
        let store = try VerifyStore()
        try store.append(damage.events)
        try store.checkpoint()
        #expect(try store.verify().isClean)
        let before = store.entries.map { $0.key + $0.value }

        try damage.plant(store)
        #expect(store.entries.map { $0.key + $0.value } != before, "nothing was damaged")
        let report = try store.verify()

        #expect(!report.isClean)
        let found = Set(report.findings.map(\.code))
        #expect(found == damage.following.union([damage.code]), "\(report.findings)")
        #expect(Set(report.counts.keys) == found)
        expectNoValues(in: report)
    }

    /// No kind of finding is without a test that provokes it.
    @Test func shouldFindEveryKindOfDamage() {
        #expect(Set(VerifyDamage.all.map(\.code)) == Set(VerifyFinding.Code.allCases))
    }
}

/// Every value in these tests holds the word "secret"; no finding may, in letters or in digits.
func expectNoValues(in report: VerifyReport) {
    let digits = "secret".utf8.map { HexadecimalText.print(UInt64($0)).suffix(2) }.joined()
    for finding in report.findings {
        for text in [finding.subject, finding.message] {
            #expect(!text.contains("secret") && !text.contains(digits))
        }
    }
}
