import Testing

/// Runs each test of a suite twice: where stores that are made have one partition, and where they
/// have three. What such a test says of a store holds whatever their number is.
struct PartitionCounts: SuiteTrait, TestTrait, TestScoping {
    /// The numbers: one, and one that is no power of two.
    static let all = [1, 3]
    /// How many partitions stores have that are made now: the same on every machine.
    @TaskLocal static var present = 1

    let isRecursive = true

    func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
        testCase == nil ? nil : self
    }

    func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        for count in Self.all {
            let naming = IssueHandlingTrait.compactMapIssues { issue in
                var issue = issue
                issue.comments.append("with \(count) partitions")
                return issue
            }
            try await Self.$present.withValue(count) {
                try await naming.provideScope(for: test, testCase: testCase, performing: function)
            }
        }
    }
}

extension Trait where Self == PartitionCounts {
    /// Each test is run with one partition, and with three.
    static var atOneAndThreePartitions: Self { Self() }
}
