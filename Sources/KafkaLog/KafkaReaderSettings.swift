/// How far ahead a consumer reads.
package struct KafkaReaderSettings: Equatable, Sendable {
    /// Kibibytes of messages that are read ahead of `poll` for each partition, at most.
    package var maximumQueuedKibibytes = 16 << 10
    /// Messages of a partition below which more are read ahead.
    package var minimumQueuedMessages = 100_000
    /// Milliseconds that a broker may hold back an answer that has nothing in it. So long, too, may
    /// it take until a partition is read that is begun, moved or resumed: a broker is asked one
    /// thing at a time.
    package var waitMilliseconds = 100
    /// Milliseconds after which a failed read is tried again.
    package var retryMilliseconds = 100

    /// The defaults.
    package init() {}

    /// What is the same for every consumer, and nobody's to choose: only what a caller commits is
    /// committed, only where a caller says does reading begin, and what lies damaged is no message.
    static let fixed: [(key: String, value: String)] = [
        ("auto.offset.reset", "error"), ("enable.auto.commit", "false"),
        ("enable.auto.offset.store", "false"), ("enable.partition.eof", "true"),
        ("check.crcs", "true"), ("isolation.level", "read_committed"),
    ]

    /// Bytes that an answer has at least room for beside a message.
    private static let answerBytes = 52_428_800
    private static let answerMargin = 1 << 20

    func entries(_ settings: KafkaSettings) -> [(key: String, value: String)] {
        let message = settings.maximumBatchBytes
        let answer = max(KafkaReaderSettings.answerBytes, message)
        return KafkaReaderSettings.fixed + [
            ("queued.max.messages.kbytes", String(maximumQueuedKibibytes)),
            ("queued.min.messages", String(minimumQueuedMessages)),
            ("fetch.wait.max.ms", String(waitMilliseconds)),
            ("fetch.error.backoff.ms", String(retryMilliseconds)),
            ("fetch.message.max.bytes", String(message)),
            ("fetch.max.bytes", String(answer)),
            ("receive.message.max.bytes", String(answer + KafkaReaderSettings.answerMargin)),
        ]
    }
}
