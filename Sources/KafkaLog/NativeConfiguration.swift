internal import CRdkafka

/// A configuration of librdkafka's in the making; freed unless a client takes it.
final class NativeConfiguration {
    private let handle: OpaquePointer
    private let log: KafkaLogSink?
    private var isTaken = false

    /// librdkafka's defaults; its log goes to `log`, or nowhere.
    init(log: KafkaLogSink? = nil) {
        handle = rd_kafka_conf_new()
        self.log = log
    }

    /// What `settings` say, secrets read, and what `more` says.
    convenience init(
        _ settings: KafkaSettings, _ more: [(key: String, value: String)]
    ) throws(KafkaError) {
        self.init(log: settings.log)
        try set(try settings.entries())
        for entry in settings.security.entries {
            switch entry.value {
            case .text(let text):
                try KafkaSecret.checkReadable(text, for: entry.key)
                try set(entry.key, text)
            case .secret(let secret): try setSecret(entry.key, try secret.read(for: entry.key))
            }
        }
        try set(more)
    }

    deinit {
        if !isTaken { rd_kafka_conf_destroy(handle) }
    }

    private func set(_ entries: [(key: String, value: String)]) throws(KafkaError) {
        for (key, value) in entries { try set(key, value) }
    }

    private func set(_ key: String, _ value: String) throws(KafkaError) {
        var text = [CChar](repeating: 0, count: NativeClient.textBytes)
        let result = rd_kafka_conf_set(handle, key, value, &text, text.count)
        guard result != RD_KAFKA_CONF_OK else { return }
        throw KafkaError(.wrongConfiguration, NativeClient.string(text))
    }

    private func setSecret(_ key: String, _ value: [UInt8]) throws(KafkaError) {
        let characters = value.map { CChar(bitPattern: $0) } + [0]
        // No text of librdkafka's: it might repeat the value.
        guard rd_kafka_conf_set(handle, key, characters, nil, 0) == RD_KAFKA_CONF_OK else {
            throw KafkaError(.wrongConfiguration, "\(key): librdkafka refuses the secret")
        }
    }

    /// Makes a client whose `queue` carries events of the kinds `events` (RD_KAFKA_EVENT_…).
    func make(
        _ type: rd_kafka_type_t, events: Int32, queue: NativeClient.Queue
    ) throws(KafkaError) -> NativeClient {
        let sink = NativeLogSink(log)
        rd_kafka_conf_set_events(handle, events)
        rd_kafka_conf_set_opaque(handle, Unmanaged.passUnretained(sink).toOpaque())
        rd_kafka_conf_set_log_cb(handle, NativeLogSink.callback)
        if log == nil { try set("log_level", "0") }
        var text = [CChar](repeating: 0, count: NativeClient.textBytes)
        guard let client = rd_kafka_new(type, handle, &text, text.count) else {
            throw KafkaError(.wrongConfiguration, NativeClient.string(text))
        }
        // The client owns the configuration now.
        isTaken = true
        return NativeClient(client, queue, sink)
    }
}

/// What librdkafka's log callback finds behind its opaque pointer.
final class NativeLogSink: Sendable {
    private let sink: KafkaLogSink?

    init(_ sink: KafkaLogSink?) { self.sink = sink }

    static let callback:
        @convention(c) (
            OpaquePointer?, Int32, UnsafePointer<CChar>?, UnsafePointer<CChar>?
        ) -> Void = { client, level, facility, text in
            guard let client, let facility, let text, let opaque = rd_kafka_opaque(client) else {
                return
            }
            let sink = Unmanaged<NativeLogSink>.fromOpaque(opaque).takeUnretainedValue()
            sink.sink?(
                KafkaLogLine(
                    level: Int(level),
                    source: String(cString: rd_kafka_name(client)) + " "
                        + String(cString: facility),
                    text: String(cString: text)))
        }
}
