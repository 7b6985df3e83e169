import Foundation
import RetailWorkload
import Testing

/// The stream's graph: sizes, noise and order as the workload is described.
@Suite("Retail statistics")
struct RetailStatisticsTests {
    /// 200,000 lines; a million in the nightly run.
    private static let links =
        ProcessInfo.processInfo.environment["KINDRED_NIGHTLY"] == nil ? 200_000 : 1_000_000

    private func near(_ value: Int, _ expected: Double, within part: Double) -> Bool {
        abs(Double(value) - expected) <= expected * part
    }

    @Test func oracleComponentsShouldBeThoseOfTheMeasuredWorkload() throws {
        var graph = WorkloadGraph()
        for event in events(Self.links, seed: 1) { graph.link(event) }
        let sizes = graph.componentSizes()
        // Of a million links: 988,000 identifiers, 168,000 components, the largest of 44,000.
        let scale = Double(Self.links) / 1_000_000
        #expect(near(graph.identifierCount, 988_000 * scale, within: 0.15))
        #expect(near(sizes.count, 168_000 * scale, within: 0.15))
        #expect(near(try #require(sizes.last), 44_000 * scale, within: 0.15))
    }

    @Test func oracleCustomersShouldHaveTheMeasuredSizes() {
        var graph = WorkloadGraph()
        for event in events(Self.links, seed: 2) where !event.isNoise { graph.link(event) }
        let sizes = graph.componentSizes()
        let mean = Double(graph.identifierCount) / Double(sizes.count)
        #expect(mean > 5.3 && mean < 5.8, "\(mean)")
        #expect(sizes[sizes.count / 2] == 3)
        #expect((10...12).contains(sizes[sizes.count * 90 / 100]))
        #expect((36...44).contains(sizes[sizes.count * 99 / 100]))
        #expect(sizes.first == 2)
        #expect(sizes.last == 400)
    }

    @Test func shouldKeepNoiseAndRepeatsToTheirShares() {
        let all = events(Self.links, seed: 3)
        let firsts = all.filter { $0.kind == .link }
        #expect(all.count - firsts.count == Self.links * 18 / 100)
        let households = firsts.count { [$0.first.kind, $0.second.kind].contains(.household) }
        let customers = Double(Self.links) * 0.175
        #expect(near(households, customers * 0.03, within: 0.1), "\(households)")
        for supernode in UInt64(0)...1 {
            let name = RetailIdentifier(kind: .supernode, number: supernode)
            let caught = Set(
                firsts.filter { $0.first == name || $0.second == name }.map(\.pairName))
            #expect(caught.count == Self.links * 12 / 1_000)
        }
    }

    @Test func shouldSeeEachPairFirstOnce() {
        var seen: Set<[UInt64]> = []
        var repeats = 0
        for event in events(50_000, seed: 4) {
            let isNew = seen.insert(event.pairName).inserted
            #expect(isNew == (event.kind == .link))
            if !isNew { repeats += 1 }
        }
        #expect(repeats == 9_000)
    }

    @Test func shouldTakeBackOnlyWhatItsSourceLinkedBefore() {
        var seen: Set<[UInt64]> = []
        var unlinks = 0
        for event in events(50_000, seed: 5, unlinkPercent: 2) {
            if event.kind == .unlink {
                unlinks += 1
                #expect(seen.contains(event.pairName))
            } else {
                seen.insert(event.pairName)
            }
        }
        #expect(unlinks == 1_000)
    }

    @Test func shouldBridgeChannelsLate() {
        // The first 60% of 2025 end on 8 August, 00:00 UTC.
        let turn: Int64 = 1_735_689_600_000 + 365 * 86_400_000 / 10 * 6
        var early = WorkloadGraph()
        var whole = WorkloadGraph()
        for event in events(50_000, seed: 6) where !event.isNoise {
            if event.milliseconds < turn { early.link(event) }
            whole.link(event)
        }
        var lateSizes = early.componentSizes()
        let lateIdentifiers = whole.identifierCount - early.identifierCount
        lateSizes += Array(repeating: 1, count: lateIdentifiers)
        let bridges = lateSizes.count - whole.componentSizes().count
        #expect(bridges > 50_000 / 10, "\(bridges)")
        // Nothing inside a channel is left for the late part: it has exactly its bridges.
        let late = events(50_000, seed: 6).count {
            $0.milliseconds >= turn && $0.kind == .link && !$0.isNoise
        }
        #expect(late == bridges)
    }

    @Test func shouldWriteIdentifiersOfTwentySevenBytes() {
        let text = String(decoding: stream(20_000, seed: 8, format: .csv), as: UTF8.self)
        var identifiers: Set<Substring> = []
        for line in text.split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",")
            identifiers.formUnion([cells[1], cells[2]])
        }
        let bytes = identifiers.reduce(0) { $0 + $1.utf8.count }
        let mean = Double(bytes) / Double(identifiers.count)
        #expect(mean > 26 && mean < 28, "\(mean)")
        // As many texts as identifiers: no two identifiers share one.
        var graph = WorkloadGraph()
        for event in events(20_000, seed: 8) { graph.link(event) }
        #expect(identifiers.count == graph.identifierCount)
    }
}
