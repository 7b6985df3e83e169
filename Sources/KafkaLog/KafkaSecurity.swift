/// How a client proves who it is, and the brokers who they are: a few of librdkafka's settings.
package struct KafkaSecurity: Equatable, Sendable {
    /// A setting that may be given.
    package struct Option: Sendable {
        /// librdkafka's name of it.
        package let key: String
        /// Whether its value is a secret, which is named by `key.file` or `key.environment`.
        package let isSecret: Bool
        /// What it means, for a person.
        package let meaning: String

        fileprivate init(_ key: String, _ meaning: String, isSecret: Bool = false) {
            self.key = key
            self.meaning = meaning
            self.isSecret = isSecret
        }
    }

    /// What a setting is set to.
    enum Value: Equatable {
        case text(String)
        case secret(KafkaSecret)
    }

    /// Every setting that may be given; others are refused by name.
    ///
    /// Not among them: OAUTHBEARER, which Debian's librdkafka has no token client for, and what
    /// turns checks off (`enable.ssl.certificate.verification`): name the authority instead.
    package static let options = [
        Option("security.protocol", "plaintext, ssl, sasl_plaintext or sasl_ssl"),
        Option("sasl.mechanism", "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or GSSAPI"),
        Option("sasl.username", "the user, for PLAIN and SCRAM"),
        Option("sasl.password", "the user's password", isSecret: true),
        Option("sasl.kerberos.service.name", "the brokers' service, for GSSAPI"),
        Option("sasl.kerberos.principal", "this client's principal, for GSSAPI"),
        Option("sasl.kerberos.keytab", "the path of the principal's keytab, for GSSAPI"),
        Option("ssl.ca.location", "the path of the authorities that brokers are trusted by (PEM)"),
        Option("ssl.certificate.location", "the path of this client's certificate (PEM)"),
        Option("ssl.key.location", "the path of the certificate's private key (PEM)"),
        Option("ssl.key.password", "the private key's pass phrase", isSecret: true),
        Option("ssl.keystore.location", "the path of certificate and key in one (PKCS#12)"),
        Option("ssl.keystore.password", "the key store's pass phrase", isSecret: true),
        Option("ssl.crl.location", "the path of revoked certificates (PEM)"),
        Option("ssl.cipher.suites", "the ciphers, as OpenSSL names them"),
        Option("ssl.endpoint.identification.algorithm", "https (the default) or none"),
    ]
    /// What ends the name of a setting that tells where a secret is.
    private static let fileSuffix = ".file"
    private static let environmentSuffix = ".environment"

    /// No security: for brokers in a network of their own.
    package static let none = KafkaSecurity()

    /// What was set, in the order of giving.
    private(set) var entries: [(key: String, value: Value)] = []

    private init() {}

    /// The settings in `given`. A secret is given by where it is: `sasl.password.file` or
    /// `sasl.password.environment`; it is read when a client is made.
    ///
    /// Throws `.wrongConfiguration` where a name is unknown or comes twice, or a secret stands in
    /// the settings themselves; whether values fit librdkafka says when a client is made.
    package init(_ given: [(key: String, value: String)]) throws(KafkaError) {
        for (name, value) in given {
            let (key, parsed) = try KafkaSecurity.parse(name, value)
            guard !entries.contains(where: { $0.key == key }) else {
                throw KafkaError(.wrongConfiguration, "\(key) is given twice")
            }
            guard !value.isEmpty, !value.utf8.contains(0) else {
                throw KafkaError(.wrongConfiguration, "\(name) is empty or holds a zero byte")
            }
            entries.append((key, parsed))
        }
    }

    /// The names that may be given, of secrets those that tell where they are.
    package static var names: [String] {
        options.flatMap { option in
            option.isSecret
                ? [option.key + fileSuffix, option.key + environmentSuffix] : [option.key]
        }
    }

    private static func parse(
        _ name: String, _ value: String
    ) throws(KafkaError) -> (key: String, value: Value) {
        for option in options {
            if !option.isSecret {
                if option.key == name { return (name, .text(value)) }
                continue
            }
            if name == option.key + fileSuffix { return (option.key, .secret(.file(value))) }
            if name == option.key + environmentSuffix {
                return (option.key, .secret(.environment(value)))
            }
            if name == option.key {
                throw KafkaError(
                    .wrongConfiguration,
                    "\(name) is a secret and stands in no setting: give \(name)\(fileSuffix) or"
                        + " \(name)\(environmentSuffix)")
            }
        }
        throw KafkaError(
            .wrongConfiguration,
            "\(name) is no setting of Kafka's that can be given here; those are "
                + names.joined(separator: ", "))
    }

    /// Whether both set the same to the same.
    package static func == (left: KafkaSecurity, right: KafkaSecurity) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.key == $1.key && $0.value == $1.value }
    }
}
