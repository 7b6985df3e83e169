/// A setting that a flag, a variable or the configuration file gives. One word in three forms:
/// `key_file` in the file is `--key-file` and `KINDRED_KEY_FILE`.
enum SettingKey: String, CaseIterable {
    case data
    case host
    case port
    case memory
    case partitions
    case durability
    case namespaces
    case profiles
    case keyFile = "key_file"
    case logLevel = "log_level"
    case server
    case concurrentRequests = "concurrent_requests"
    case deadline
    case logicLimit = "logic_limit"
    case feedRetention = "feed_retention"
    case engine
    case brokers
    case prefix
    case kafkaConfig = "kafka_config"
    case insecureDev = "insecure_dev"
    case standbys
    case nodeName = "node_name"
    case advertise
    case snapshots
    case snapshotInterval = "snapshot_interval"
    case snapshotKeep = "snapshot_keep"
    case trimLog = "trim_log"

    /// The variable that names the configuration file.
    static let configurationVariable = "KINDRED_CONFIG"
    /// The flag that names the configuration file.
    static let configurationFlag = "--config"

    /// As on the command line.
    var flag: String { "--" + rawValue.replacing("_", with: "-") }
    /// As in the environment.
    var variable: String { "KINDRED_" + rawValue.uppercased() }
    /// Whether the value is a path: in the file, relative ones begin at the file's folder.
    var isPath: Bool {
        switch self {
        case .data, .namespaces, .profiles, .keyFile, .kafkaConfig, .snapshots: true
        default: false
        }
    }
}
