package import Testing

extension Trait where Self == ConditionTrait {
    /// A test of what only the mock cluster does when asked: it is passed over on real brokers.
    ///
    /// - Parameter why: what it asks the mock for.
    package static func mockOnly(_ why: String = "injects errors into the mock") -> Self {
        .disabled(if: TestBrokers.areReal, "\(why), and real brokers are named")
    }

    /// A test of what no mock cluster does: it needs real brokers.
    package static var realOnly: Self {
        .enabled(if: TestBrokers.areReal, "KINDRED_TEST_BROKERS names no real brokers")
    }

    /// A test that takes brokers down, and has them come back.
    package static var stopsBrokers: Self {
        .enabled(
            if: !TestBrokers.areReal || BrokerCommands.named != nil,
            "KINDRED_TEST_BROKER_DOWN and KINDRED_TEST_BROKER_UP name no commands")
    }
}
