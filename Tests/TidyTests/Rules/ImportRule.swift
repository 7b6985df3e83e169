/// Who may import whom: DESIGN's target table as data. Arrows point down only.
enum ImportRule {
    /// What each folder of Sources may import besides the standard library.
    static let allowed: [String: Set<String>] = [
        // System libraries and the one header: no Swift in them.
        "CMemoryHints": [], "CRdkafka": [], "CRocksDB": [], "CSodium": [], "CZlib": [],
        "CZstd": [],
        // Pure.
        "IdentityModel": [],
        "GraphCore": ["IdentityModel", "CMemoryHints"],
        "ProfileCore": ["IdentityModel"],
        "WireFormat": ["IdentityModel", "GraphCore", "ProfileCore"],
        "PartitionCore": ["IdentityModel", "GraphCore", "ProfileCore", "WireFormat"],
        "RetailWorkload": [],
        // Adapters.
        "NodeKeys": ["IdentityModel", "CSodium"],
        "RocksStore": ["CRocksDB", "Glibc", "Synchronization"],
        "KafkaLog": ["CRdkafka", "Glibc"],
        "EventInput": ["CZlib", "CZstd", "Glibc"],
        // The shell knows its ports, never an adapter.
        "NodeRuntime": [
            "IdentityModel", "GraphCore", "ProfileCore", "WireFormat", "PartitionCore", "NodeKeys",
            "Glibc", "DequeModule", "Synchronization",
        ],
        // The engine over Kafka's topics: bytes of records in, nothing of HTTP.
        "KafkaEngine": [
            "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat", "PartitionCore",
            "KafkaLog", "NodeRuntime", "DequeModule", "Foundation", "Glibc",
        ],
        // Real partitions in a world of chance.
        "SimulationKit": [
            "IdentityModel", "GraphCore", "ProfileCore", "WireFormat", "PartitionCore",
            "RetailWorkload", "NodeRuntime",
        ],
        // Questions and answers, the same for the command line and for a node.
        "Answers": [
            "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat", "NodeRuntime",
            "Foundation",
        ],
        // HTTP over a protocol that it declares; what it says is what Answers says.
        "HTTPAPI": [
            "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat", "NodeRuntime",
            "Answers", "Foundation", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging",
            "NIOCore", "NIOHTTP1", "NIOHTTPTypes", "NIOPosix", "DequeModule", "ServiceLifecycle",
        ],
        "Commands": [
            "IdentityModel", "NodeKeys", "GraphCore", "ProfileCore", "WireFormat", "PartitionCore",
            "RocksStore", "EventInput", "RetailWorkload", "NodeRuntime", "SimulationKit",
            "KafkaLog", "KafkaEngine", "Answers", "HTTPAPI", "ArgumentParser", "Logging",
            "Yams", "CDispatch", "Dispatch",
            "Foundation",
            "FoundationNetworking", "Glibc",
        ],
        "kindred": ["Commands"],
    ]

    /// The targets that are deterministic machines and values.
    static let pureTargets: Set<String> = [
        "IdentityModel", "GraphCore", "ProfileCore", "WireFormat", "PartitionCore",
        "RetailWorkload",
    ]

    /// The imports of `text` that its target's row does not name.
    static func findings(in text: SwiftText) -> [Finding] {
        guard text.isSource, let row = allowed[text.target] else { return [] }
        return imports(of: text).compactMap { module, line in
            guard !row.contains(module) else { return nil }
            let names = row.isEmpty ? "nothing" : row.sorted().joined(separator: ", ")
            return text.finding(
                line,
                "\(text.target) may import \(names), not \(module); move the code to the target "
                    + "that may, or change DESIGN's table and ImportRule together")
        }
    }

    /// The folders that the table does not know, and the rows that have no folder.
    static func findings(forFolders folders: [String]) -> [Finding] {
        let unknown = folders.filter { allowed[$0] == nil }.map {
            Finding(
                path: "Sources/\($0)", line: 0,
                message: "an unknown target; say in ImportRule.allowed what it may import")
        }
        let stale = allowed.keys.sorted().filter { !folders.contains($0) }.map {
            Finding(
                path: "Sources/\($0)", line: 0,
                message: "ImportRule.allowed names it, but there is no such folder")
        }
        return unknown + stale
    }

    /// Each imported module with its line; of `import struct A.B` it is `A`.
    static func imports(of text: SwiftText) -> [(module: String, line: Int)] {
        let kinds: Set<String> = [
            "struct", "class", "enum", "protocol", "typealias", "func", "var", "let",
        ]
        return text.tokens.indices.compactMap { index in
            guard text.tokens[index].isWord("import") else { return nil }
            var next = index + 1
            if let kind = text.token(next), kind.kind == .word, kinds.contains(kind.text) {
                next += 1
            }
            guard let module = text.token(next), module.kind == .word else { return nil }
            return (module.text, module.line)
        }
    }
}
