internal import Answers
internal import HTTPTypes
internal import IdentityModel
internal import NodeRuntime

// Snapshots of partitions, as nodes of one store copy them from each other.
extension NodeRoutes {
    var snapshots: [Route] {
        let path = "/v1/partitions/{partition}/snapshot"
        // Neither has a place among the requests in hand, like what nodes ask each other.
        return [
            Route(.post, path, .known(["after"]), isCounted: false) { call throws(Problem) in
                try await offerSnapshot(call)
            },
            Route(.get, path, .known(["id", "file", "from"]), isCounted: false) {
                call throws(Problem) in try await sendPiece(call)
            },
        ]
    }

    private struct PreparingAnswer: Encodable {
        let preparing = true
    }

    private func offerSnapshot(_ call: Call) async throws(Problem) -> Reply {
        let partition = try partition(of: call)
        let least = try number("after", call)
        let manifest = try await serving { gate throws(ServingError) in
            try await gate.offerSnapshot(of: partition, after: least)
        }
        return manifest.map { Reply(json: $0) } ?? Reply(PreparingAnswer())
    }

    private func sendPiece(_ call: Call) async throws(Problem) -> Reply {
        let partition = try partition(of: call)
        let piece = SnapshotPiece(
            id: try call.query.required("id"), file: try call.query.required("file"),
            offset: try number("from", call))
        return .bytes(
            try await serving { gate throws(ServingError) in
                try await gate.snapshotPiece(piece, of: partition)
            })
    }

    /// The partition that the path names.
    func partition(of call: Call) throws(Problem) -> PartitionID {
        guard let number = DecimalText.read(call.place).flatMap(UInt16.init(exactly:)) else {
            throw Problem(.badParameter, "the partition is a number from 0 on")
        }
        return PartitionID(number)
    }

    private func number(_ name: String, _ call: Call) throws(Problem) -> UInt64 {
        guard let number = DecimalText.read(try call.query.required(name)) else {
            throw Problem(.badParameter, "\(name) is a number from 0 on")
        }
        return number
    }
}
