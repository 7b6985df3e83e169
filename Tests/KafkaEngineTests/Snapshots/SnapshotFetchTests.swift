import Foundation
import IdentityModel
import KafkaEngine
import NodeRuntime
import Testing

/// Files that come from elsewhere, piece by piece.
@Suite("Snapshot pieces")
struct SnapshotFetchTests {
    private static let large = String(repeating: "0123456789abcdef", count: 300_000)

    /// What a node offers: a manifest and the folder that it is of.
    private func offer(_ site: SnapshotSite) throws -> (SnapshotManifest, folder: String) {
        let folder = try site.source(
            "offered", [("CURRENT", "x\n"), ("000001.sst", Self.large), ("empty", ""), ("LOG", "")])
        let manifest = try SnapshotManifest(
            describing: folder, SnapshotSite.identity(), SnapshotSite.partition,
            SnapshotSite.content(7), node: try #require(NodeID("b")), goesOn: { true })
        return (manifest, folder)
    }

    private func text(_ site: SnapshotSite, _ name: String) throws -> String {
        try SnapshotSite.text(site.incoming + "/" + name)
    }

    @Test func shouldComeWhole() throws {
        let site = try SnapshotSite()
        let (manifest, folder) = try offer(site)
        #expect(manifest.files.map(\.name) == ["000001.sst", "CURRENT", "empty"])
        #expect(try SnapshotManifest(manifest.encoded, name: "it") == manifest)
        var pieces = 0
        try manifest.fetch(
            into: site.incoming, from: "b", goesOn: { true },
            piece: { (file, offset) throws(StoreFailure) in
                pieces += 1
                let piece = try manifest.piece(of: file.name, from: offset, in: folder)
                #expect((piece ?? []).count <= SnapshotManifest.pieceBytes)
                return piece ?? []
            })
        #expect(pieces == 3)
        #expect(try text(site, "000001.sst") == Self.large && text(site, "CURRENT") == "x\n")
        #expect(try SnapshotSite.names(in: site.incoming).count == 3)
    }

    @Test func shouldGiveNothingBesideItsFiles() throws {
        let site = try SnapshotSite()
        let (manifest, folder) = try offer(site)
        for name in ["LOG", "../offered/CURRENT", "", "none"] {
            #expect(try manifest.piece(of: name, from: 0, in: folder) == nil)
        }
        #expect(try manifest.piece(of: "CURRENT", from: 2, in: folder) == [])
        #expect(try manifest.piece(of: "CURRENT", from: 3, in: folder) == nil)
        #expect(try manifest.piece(of: "CURRENT", from: 1, in: folder) == [0x0A])
    }

    /// What a node may send in place of the right pieces.
    enum Fault: CaseIterable { case flipped, short, long, endless, dead }

    @Test(arguments: Fault.allCases)
    func shouldRefuseOtherBytes(_ fault: Fault) throws {
        let site = try SnapshotSite()
        let (manifest, folder) = try offer(site)
        var asked = 0
        let failure = #expect(throws: StoreFailure.self) {
            try manifest.fetch(
                into: site.incoming, from: "b", goesOn: { true },
                piece: { (file, offset) throws(StoreFailure) in
                    asked += 1
                    var piece = try manifest.piece(of: file.name, from: offset, in: folder) ?? []
                    guard asked > 1 else { return piece }
                    switch fault {
                    case .flipped: piece[0] ^= 1
                    case .short: return []
                    case .long: piece.append(0)
                    case .endless: piece += piece
                    case .dead: throw StoreFailure(.ioError, "it is gone", remedy: "ask another")
                    }
                    return piece
                })
        }
        #expect(failure?.reason.contains(fault == .dead ? "gone" : "b/000001.sst") == true)
        #expect(asked < 4)
    }

    @Test func shouldEndWhereItIsNotWanted() throws {
        let site = try SnapshotSite()
        let (manifest, _) = try offer(site)
        let failure = #expect(throws: StoreFailure.self) {
            try manifest.fetch(
                into: site.incoming, from: "b", goesOn: { false }, piece: { _, _ in [] })
        }
        #expect(failure?.isRetriable == true)
    }
}
