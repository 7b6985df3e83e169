import HTTPAPI
import TestSupport
import Testing

/// What nodes copy from each other: an offer, and the bytes of it.
@Suite("Snapshot routes")
struct SnapshotRouteTests {
    private static let path = "/v1/partitions/0/snapshot"

    @Test func shouldOfferAndSendPieces() async throws {
        try await ServedNode.with { node in
            let preparing = try await node.post(Self.path + "?after=0", "")
            #expect(preparing.status == 200 && preparing.text == #"{"preparing":true}"#)
            let offered = try await node.post(Self.path + "?after=7", "")
            #expect(offered.status == 200 && offered.text == #"{"after":7}"#)
            let piece = try await node.get(Self.path + "?id=id&file=000001.sst&from=42")
            #expect(piece.status == 200 && piece.text == "000001.sst from 42")
            #expect(piece.headers["content-type"] == "application/octet-stream")
        }
    }

    @Test func shouldSayWhatIsNotHere() async throws {
        try await ServedNode.with { node in
            for path in ["/v1/partitions/1/snapshot?after=0", Self.path + "?after=10"] {
                let answer = try await node.post(path, "")
                #expect(answer.status == 503 && answer.problem == "unavailable")
            }
            let piece = try await node.get(Self.path + "?id=other&file=a&from=0")
            #expect(piece.status == 503 && piece.problem == "unavailable")
            let words = ["?after=-1", "?after=x"]
            for query in words {
                let answer = try await node.post(Self.path + query, "")
                #expect(answer.status == 400 && answer.problem == "bad_parameter")
            }
            #expect(try await node.post(Self.path, "").problem == "missing_parameter")
            #expect(
                try await node.post("/v1/partitions/x/snapshot?after=0", "").problem
                    == "bad_parameter")
        }
    }
}
