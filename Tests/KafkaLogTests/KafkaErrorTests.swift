import KafkaLog
import Testing

@Suite struct KafkaErrorTests {
    @Test func shouldSayWhatToDoForEveryCode() {
        for code in KafkaError.Code.allCases {
            let error = KafkaError(code, "it went wrong", name: "_NAME")
            #expect(!error.remedy.isEmpty)
            #expect(error.description == "it went wrong (_NAME); \(error.remedy)")
            #expect(!(error.isFatal && error.isRetriable), "\(code)")
        }
        #expect(KafkaError(.closed, "closed").description == "closed; make a new client")
    }

    @Test func shouldKnowTheNamesThatKafkaAllows() throws {
        let longest = String(repeating: "a", count: KafkaTopicName.maximumBytes)
        for name in ["a", "kindred.graph", "A_b-9.", "...", longest] {
            try KafkaTopicName.check(name)
        }
        for name in ["", ".", "..", "a b", "a/b", "é", "a\0", "^a", longest + "a"] {
            let error = #expect(throws: KafkaError.self) { try KafkaTopicName.check(name) }
            #expect(error?.code == .invalidArgument)
        }
    }
}
