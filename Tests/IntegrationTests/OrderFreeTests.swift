import Foundation
import Testing

/// The same events in any order, with repeats, with ends swapped: the same customers, the same
/// ids, the same bytes; and the customers that others found.
@Suite("Order free", .atOneAndThreePartitions)
struct OrderFreeTests {
    private static let key = "000102030405060708090a0b0c0d0e0f"

    @Test(
        .enabled(
            if: SharedSets.isThere,
            "sets.tar.xz is not in ../shared/data nor in $KINDRED_SHARED_DATA"),
        arguments: SharedSets.names)
    func shouldGiveTheSameCustomersInEveryOrder(_ name: String) throws {
        let test = try TestStore()
        let events = try test.read(SharedSets.path(name, "links.jsonl"))
        let expected = Partition(expected: try test.read(SharedSets.path(name, "expected.csv")))
        #expect(!expected.least.isEmpty)
        var first: (digest: String, export: [UInt8])?
        for order in EventOrder.allCases {
            let found = try replay(order.apply(to: events), in: test, as: order.rawValue)
            guard let first else {
                #expect(expected.difference(from: Partition(export: found.export)) == nil)
                first = found
                continue
            }
            #expect(found.digest == first.digest, "\(order)")
            #expect(found.export == first.export, "\(order)")
        }
    }

    @Test(
        .enabled(
            if: SharedSets.isThere,
            "sets.tar.xz is not in ../shared/data nor in $KINDRED_SHARED_DATA"))
    func shouldFindTheSets() {
        #expect(SharedSets.names.count >= 40, "the archive cannot be unpacked")
    }

    @Test(arguments: [0.0, 8.0])
    func shouldGiveTheSameCustomersOfTheSyntheticStreamInEveryOrder(_ unlinks: Double) throws {
        let test = try TestStore()
        let events = try test.run(
            "generate", "--links", TestStore.isNightly ? "300000" : "20000", "--seed", "7",
            "--unlinks", "\(unlinks)"
        ).output
        #expect(events.count > 20_000)
        let found = try EventOrder.allCases.map {
            try replay($0.apply(to: events), in: test, as: $0.rawValue)
        }
        for one in found.dropFirst() {
            #expect(one.digest == found[0].digest)
            #expect(one.export == found[0].export)
        }
    }

    /// Events that were shared out over several runs, and checkpoints between them, change nothing
    /// either.
    @Test func shouldGiveTheSameCustomersInSeveralRunsWithManyCheckpoints() throws {
        let test = try TestStore()
        let events = try test.run(
            "generate", "--links", "20000", "--seed", "11", "--unlinks", "8"
        ).output
        let whole = try replay(events, in: test, as: "whole")
        let lines = events.split(separator: UInt8(ascii: "\n"))
        for part in 0..<4 {
            let share = lines.indices.filter { $0 % 4 == 3 - part }.map { lines[$0] }
            let text = Array(share.joined(separator: [UInt8(ascii: "\n")]))
            _ = try replay(text, in: test, as: "parts", more: ["--checkpoint-events", "1000"])
        }
        let data = test.folder + "/data-parts"
        #expect(try test.digest(of: data) == whole.digest)
        #expect(try test.run("export", "--data", data).output == whole.export)
    }

    /// Replays events into a store of the fixed key and gives its digest and export.
    private func replay(
        _ events: [UInt8], in test: TestStore, as name: String, more: [String] = []
    ) throws -> (digest: String, export: [UInt8]) {
        let keyFile = try test.write("key", Self.key)
        let data = "\(test.folder)/data-\(name)"
        let done = try test.run(
            ["replay", "-", "--data", data, "--key-file", keyFile, "--json"] + more, input: events)
        try #require(done.status == 0, "\(name): \(done.errors)")
        #expect(try done.json["rejected"].integer == 0)
        return (try test.digest(of: data), try test.run("export", "--data", data).output)
    }
}
