import Glibc
import KafkaLog
import Synchronization
import Testing

@Suite struct KafkaSettingsTests {
    private static let secret = "s3cr3t-Pa55"
    private let settings = KafkaSettings(brokers: "127.0.0.1:1")

    private func withSASL(_ secret: [(key: String, value: String)]) throws -> KafkaSettings {
        var settings = settings
        settings.security = try KafkaSecurity(
            [
                ("security.protocol", "sasl_plaintext"), ("sasl.mechanism", "PLAIN"),
                ("sasl.username", "kindred"),
            ] + secret)
        return settings
    }

    private func file(_ bytes: [UInt8]) -> String {
        var template = Array("/tmp/kindred-kafka-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        precondition(file >= 0 && write(file, bytes, bytes.count) == bytes.count)
        Glibc.close(file)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test func shouldRefuseWhatIsNotListed() {
        for name in [
            "acks", "debug", "plugin.library.paths", "enable.ssl.certificate.verification",
            "sasl.oauthbearer.config", "SECURITY.PROTOCOL", "sasl.passwordx", "",
        ] {
            let error = #expect(throws: KafkaError.self) { _ = try KafkaSecurity([(name, "x")]) }
            #expect(error?.code == .wrongConfiguration)
            #expect(error?.reason.hasPrefix("\(name) is no setting") == true)
            #expect(error?.reason.contains("sasl.password.file") == true)
            #expect(error?.reason.contains("ssl.ca.location") == true)
        }
    }

    @Test func shouldRefuseASecretInTheSettings() {
        for option in KafkaSecurity.options where option.isSecret {
            let error = #expect(throws: KafkaError.self) {
                _ = try KafkaSecurity([(option.key, Self.secret)])
            }
            #expect(error?.code == .wrongConfiguration)
            #expect(error?.reason.contains("\(option.key).file") == true)
            #expect(error?.description.contains(Self.secret) == false)
        }
        #expect(KafkaSecurity.options.count { $0.isSecret } == 3)
    }

    @Test func shouldRefuseWhatIsGivenTwiceOrEmpty() {
        let twice: [(key: String, value: String)] = [
            ("sasl.password.file", "a"), ("sasl.password.environment", "B"),
        ]
        for given in [
            twice, [("sasl.username", "a"), ("sasl.username", "a")], [("sasl.username", "")],
            [("sasl.username", "a\0b")],
        ] {
            let error = #expect(throws: KafkaError.self) { _ = try KafkaSecurity(given) }
            #expect(error?.code == .wrongConfiguration)
        }
    }

    /// librdkafka makes no such client without a password, so it has come to it.
    @Test func shouldTakeASecretFromAFileOrTheEnvironment() throws {
        let none = #expect(throws: KafkaError.self) { _ = try KafkaProducer(try withSASL([])) }
        #expect(none?.code == .wrongConfiguration)
        for end in ["", "\n", "\r\n"] {
            let path = file(Array((Self.secret + end).utf8))
            defer { unlink(path) }
            _ = try KafkaProducer(try withSASL([("sasl.password.file", path)]))
        }
        setenv("KINDRED_TEST_KAFKA_SECRET", Self.secret, 1)
        _ = try KafkaProducer(
            try withSASL([("sasl.password.environment", "KINDRED_TEST_KAFKA_SECRET")]))
    }

    @Test func shouldSayWhichSecretIsMissing() throws {
        let empty = file(Array("\n".utf8))
        let zero = file([65, 0, 66])
        let long = file([UInt8](repeating: 65, count: KafkaSecret.maximumBytes + 1))
        let longest = file([UInt8](repeating: 65, count: KafkaSecret.maximumBytes) + [10])
        defer { for path in [empty, zero, long, longest] { unlink(path) } }
        let missing = [
            ("sasl.password.file", "/nowhere/at/all"), ("sasl.password.file", empty),
            ("sasl.password.file", zero), ("sasl.password.file", long),
            ("sasl.password.environment", "KINDRED_TEST_NO_SUCH_SECRET"),
        ]
        for (key, value) in missing {
            let error = #expect(throws: KafkaError.self) {
                _ = try KafkaReader(try withSASL([(key, value)]))
            }
            #expect(error?.code == .wrongConfiguration)
            #expect(error?.reason.hasPrefix("sasl.password: ") == true)
            #expect(error?.reason.contains(value) == true)
        }
        _ = try KafkaReader(try withSASL([("sasl.password.file", longest)]))
    }

    @Test func shouldNeverShowASecret() throws {
        let path = file(Array(Self.secret.utf8))
        defer { unlink(path) }
        var settings = try withSASL([("sasl.password.file", path)])
        var shown = "\(settings) \(String(reflecting: settings))"
        dump(settings, to: &shown)
        let lines = Mutex<[String]>([])
        settings.log = { line in lines.withLock { $0.append("\(line)") } }
        let producer = try KafkaProducer(settings)
        _ = try producer.enqueue(
            topic: "t", partition: 0, key: nil, value: Array("private".utf8).span)
        #expect(throws: KafkaError.self) {
            try producer.flush(timeoutMilliseconds: 1_000) { _ in }
        }
        let logged = lines.withLock { $0 }
        #expect(logged.contains { $0.contains("127.0.0.1:1") }, "nothing was logged")
        shown += logged.joined()
        #expect(!shown.contains(Self.secret))
        #expect(!shown.contains("private"))
        #expect(shown.contains(path))
    }

    @Test func shouldPassOnWhatLibrdkafkaRefuses() throws {
        let refused: [(given: [(key: String, value: String)], named: String)] = [
            ([("security.protocol", "tls")], "security.protocol"),
            (
                [("security.protocol", "ssl"), ("ssl.ca.location", "/nowhere/at/all")],
                "ssl.ca.location"
            ),
            (
                [("security.protocol", "ssl"), ("ssl.crl.location", "/nowhere/at/all")],
                "cannot read /nowhere/at/all: No such file"
            ),
            ([("security.protocol", "sasl_ssl"), ("sasl.mechanism", "NONE")], "NONE"),
        ]
        for (given, named) in refused {
            var settings = settings
            settings.security = try KafkaSecurity(given)
            let error = #expect(throws: KafkaError.self) { _ = try KafkaAdmin(settings) }
            #expect(error?.code == .wrongConfiguration)
            #expect(error?.reason.contains(named) == true, "\(error?.reason ?? "")")
        }
    }

    @Test func shouldKeepToTheBoundsOfMessages() throws {
        let range = KafkaSettings.maximumMessageBytesRange
        for (bytes, fits) in [
            (range.lowerBound - 1, false), (range.lowerBound, true), (range.upperBound, true),
            (range.upperBound + 1, false),
        ] {
            var settings = settings
            settings.maximumMessageBytes = bytes
            if fits {
                _ = try KafkaReader(settings)
                _ = try KafkaProducer(settings)
            } else {
                #expect(throws: KafkaError.self) { _ = try KafkaReader(settings) }
                #expect(throws: KafkaError.self) { _ = try KafkaProducer(settings) }
            }
        }
    }

    @Test func shouldNeedABroker() {
        let error = #expect(throws: KafkaError.self) {
            _ = try KafkaProducer(KafkaSettings(brokers: ""))
        }
        #expect(error?.code == .wrongConfiguration)
    }

    @Test func shouldCompareByWhatIsSet() throws {
        func security(_ user: String, _ secret: String) throws -> KafkaSecurity {
            try KafkaSecurity([("sasl.username", user), ("sasl.password.\(secret)", "f")])
        }
        let one = try security("a", "file")
        #expect(try one == security("a", "file"))
        #expect(try one != security("b", "file"))
        #expect(try one != security("a", "environment"))
        #expect(one != .none)
    }
}
