// swift-tools-version: 6.2
import PackageDescription

/// What every target is compiled with: Swift 6 mode, warnings as errors, explicit `any`,
/// members visible only where their module is imported.
let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Pure targets also mark each unsafe construct.
let pure: [SwiftSetting] = common + [.strictMemorySafety()]

let package = Package(
    name: "kindred",
    products: [.executable(name: "kindred", targets: ["kindred"])],
    traits: [
        .trait(
            name: "Mutants",
            description: "Faults of the protocol, planted by number: `make mutants` builds it."),
        .trait(
            name: "KillPoints",
            description: "Places where a test has the process killed: `make kills` builds it."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        // What Hummingbird is made of, where its parts are named.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.0.0"),
    ],
    targets: [
        // Pure: values and deterministic machines. No Foundation, no C but one header.
        .target(name: "IdentityModel", swiftSettings: pure),
        .target(
            name: "GraphCore", dependencies: ["IdentityModel", "CMemoryHints"],
            swiftSettings: pure),
        .target(name: "ProfileCore", dependencies: ["IdentityModel"], swiftSettings: pure),
        .target(
            name: "WireFormat", dependencies: ["IdentityModel", "GraphCore", "ProfileCore"],
            swiftSettings: pure),
        .target(
            name: "PartitionCore",
            dependencies: ["IdentityModel", "GraphCore", "ProfileCore", "WireFormat"],
            swiftSettings: pure),
        .target(name: "RetailWorkload", swiftSettings: pure),

        // System libraries and the one header.
        .systemLibrary(
            name: "CRocksDB", pkgConfig: "rocksdb", providers: [.apt(["librocksdb-dev"])]),
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(
            name: "CRdkafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CMemoryHints"),

        // Adapters: bytes only.
        .target(
            name: "NodeKeys", dependencies: ["IdentityModel", "CSodium"], swiftSettings: common),
        .target(name: "RocksStore", dependencies: ["CRocksDB"], swiftSettings: common),
        .target(name: "KafkaLog", dependencies: ["CRdkafka"], swiftSettings: common),
        .target(name: "EventInput", dependencies: ["CZlib", "CZstd"], swiftSettings: common),

        // The shell, the command line, the program.
        .target(
            name: "NodeRuntime",
            dependencies: [
                "IdentityModel", "GraphCore", "ProfileCore", "WireFormat", "PartitionCore",
                "NodeKeys", .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: common),
        // The engine whose logs are topic partitions of Kafka.
        .target(
            name: "KafkaEngine",
            dependencies: [
                "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat",
                "PartitionCore", "KafkaLog", "NodeRuntime",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: common),
        // Partitions that are driven by seeds: the real machines in a world of chance.
        .target(
            name: "SimulationKit",
            dependencies: [
                "IdentityModel", "GraphCore", "ProfileCore", "WireFormat", "PartitionCore",
                "RetailWorkload", "NodeRuntime",
            ],
            swiftSettings: common),
        .target(
            name: "Answers",
            dependencies: [
                "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat",
                "NodeRuntime",
            ],
            swiftSettings: common),
        .target(
            name: "HTTPAPI",
            dependencies: [
                "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat",
                "NodeRuntime", "Answers",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: common),
        .target(
            name: "Commands",
            dependencies: [
                "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat",
                "PartitionCore", "RocksStore", "EventInput", "RetailWorkload", "NodeRuntime",
                "KafkaLog", "KafkaEngine", "SimulationKit", "Answers", "HTTPAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: common),
        .executableTarget(name: "kindred", dependencies: ["Commands"], swiftSettings: common),

        // What several test targets share: the oracle, random events, ports that fail on request.
        .target(
            name: "TestSupport",
            dependencies: [
                "IdentityModel", "GraphCore", "WireFormat", "PartitionCore", "NodeRuntime",
            ],
            path: "Tests/Support", swiftSettings: common),
        // Kafka brokers for tests, in the test's own process or real ones; never part of the program.
        .target(
            name: "KafkaTestSupport", dependencies: ["CRdkafka", "KafkaLog", "TestSupport"],
            path: "Tests/KafkaSupport", swiftSettings: common),

        .testTarget(
            name: "IdentityModelTests", dependencies: ["IdentityModel", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "NodeKeysTests", dependencies: ["IdentityModel", "NodeKeys"],
            swiftSettings: common),
        .testTarget(
            name: "GraphCoreTests",
            dependencies: ["IdentityModel", "GraphCore", "NodeRuntime", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "ProfileCoreTests",
            dependencies: ["IdentityModel", "ProfileCore", "TestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "WireFormatTests",
            dependencies: [
                "IdentityModel", "GraphCore", "ProfileCore", "WireFormat", "TestSupport",
            ],
            swiftSettings: common),
        .testTarget(
            name: "PartitionCoreTests",
            dependencies: [
                "IdentityModel", "GraphCore", "WireFormat", "PartitionCore",
                "RetailWorkload", "NodeRuntime", "SimulationKit", "TestSupport",
            ],
            swiftSettings: common),
        .testTarget(name: "RocksStoreTests", dependencies: ["RocksStore"], swiftSettings: common),
        .testTarget(
            name: "KafkaLogTests", dependencies: ["KafkaLog", "KafkaTestSupport"],
            swiftSettings: common),
        .testTarget(
            name: "EventInputTests", dependencies: ["EventInput", "CZlib", "CZstd"],
            swiftSettings: common),
        .testTarget(
            name: "RetailWorkloadTests", dependencies: ["RetailWorkload"], swiftSettings: common),
        .testTarget(
            name: "NodeRuntimeTests",
            dependencies: [
                "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat",
                "PartitionCore", "RocksStore", "NodeRuntime", "TestSupport",
            ],
            swiftSettings: common),
        .testTarget(
            name: "KafkaEngineTests",
            dependencies: [
                "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat",
                "RetailWorkload", "KafkaLog", "NodeRuntime", "KafkaEngine", "TestSupport",
                "KafkaTestSupport",
            ],
            swiftSettings: common),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "IdentityModel", "GraphCore", "WireFormat", "PartitionCore", "NodeRuntime",
                "SimulationKit", "TestSupport",
            ],
            swiftSettings: common),
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat",
                "PartitionCore", "NodeRuntime", "Answers", "SimulationKit", "TestSupport",
            ],
            swiftSettings: common),
        .testTarget(
            name: "AnswersTests",
            dependencies: [
                "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat",
                "PartitionCore", "NodeRuntime", "Answers", "TestSupport",
            ],
            swiftSettings: common),
        .testTarget(
            name: "CommandsTests",
            dependencies: [
                "KafkaLog", "NodeRuntime", "Commands", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: common),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "IdentityModel", "NodeKeys", "GraphCore", "WireFormat", "RocksStore",
                "NodeRuntime", "KafkaLog", "Commands", "TestSupport", "KafkaTestSupport", "kindred",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["PowerLossRecorder.c", "FlipSyncFault.c"], swiftSettings: common),
        .testTarget(
            name: "HTTPAPITests",
            dependencies: [
                "IdentityModel", "NodeKeys", "ProfileCore", "WireFormat", "NodeRuntime", "Answers",
                "HTTPAPI", "TestSupport", .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: common),
        .testTarget(name: "TidyTests", swiftSettings: common),
    ]
)
