internal import Answers
internal import HTTPTypes
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

// What nodes of one store ask each other, and what operators ask about them.
extension NodeRoutes {
    var cluster: [Route] {
        [
            Route(.get, "/v1/cluster") { _ throws(Problem) in
                Reply(try await serving { gate throws(ServingError) in try gate.cluster() })
            },
            // Has no place among the requests in hand: all nodes could be waiting for each other's.
            Route(
                .post, "/v1/partitions/{partition}/ask", .known(["word", "min_position"]),
                isCounted: false
            ) { call throws(Problem) in
                try await askPartition(call)
            },
        ]
    }

    /// A refusal, as the node that has asked reads it.
    private struct RefusedAnswer: Encodable {
        let refused: String
    }

    private func askPartition(_ call: Call) async throws(Problem) -> Reply {
        let word = try call.query.required("word")
        let least = try minimum(call)
        let partition = try partition(of: call)
        do throws(PartitionRefusal) {
            let question = try ReceivedQuestion(word: word, body: call.body)
            return Reply(json: try await answer(question, of: partition, least, call))
        } catch {
            return Reply(RefusedAnswer(refused: error.rawValue))
        }
    }

    private func minimum(_ call: Call) throws(Problem) -> UInt64 {
        guard let text = call.query["min_position"] else { return 0 }
        guard let least = DecimalText.read(text) else {
            throw Problem(.badParameter, "min_position is a number from 0 on")
        }
        return least
    }

    private func answer(
        _ question: ReceivedQuestion, of partition: PartitionID, _ least: UInt64, _ call: Call
    ) async throws(PartitionRefusal) -> [UInt8] {
        let answer: ReceivedAnswer
        do throws(ServingError) {
            answer = try await gate.answer(
                question, of: partition, minimumPosition: least, deadline: call.deadline)
        } catch {
            throw PartitionRefusal(error)
        }
        return try answer.encoded()
    }
}
