internal import Foundation
internal import Logging
internal import NodeRuntime

/// What a command was told: its flags over the environment over the configuration file. What none
/// of them says is nil, and has the command's own default.
struct Settings {
    /// The folder of the store where nothing names one.
    static let standardFolder = "./kindred-data"

    /// The store's folder.
    private(set) var folder = Settings.standardFolder
    /// From which level on logs are written.
    private(set) var logLevel: Logger.Level?
    private let flags: [SettingKey: String]
    private let environment: [String: String]
    private let file: SettingsFile?

    /// Reads the configuration file that `configuration`, else the environment names, if any.
    ///
    /// - Throws: `CommandEnd` where a setting that every command has is wrong, or the file is.
    init(
        flags: [SettingKey: String?], configuration: String?, environment: [String: String]
    ) throws(CommandEnd) {
        self.flags = flags.compactMapValues(\.self)
        self.environment = environment
        guard configuration != "" else {
            throw CommandEnd(ExitStatus.usage, "\(SettingKey.configurationFlag): name a file")
        }
        let variable = environment[SettingKey.configurationVariable] ?? ""
        let path = configuration ?? (variable.isEmpty ? nil : variable)
        file = try path.map { (path) throws(CommandEnd) in try SettingsFile(path) }
        folder = try self[.data]?.value ?? Self.standardFolder
        logLevel = try value(.logLevel, SettingValues.logLevel)
    }

    /// The setting of a key where it stands first: flag, environment, file. An empty variable
    /// counts as none; an empty flag, or an empty text in the file, is an error.
    subscript(key: SettingKey) -> SettingText? {
        get throws(CommandEnd) {
            guard let found = find(key) else { return nil }
            guard !found.text.isEmpty else {
                throw found.wrong("it is empty: give a value, or leave it out")
            }
            return found
        }
    }

    /// The value of a key; nil where nothing gives one.
    ///
    /// - Throws: `CommandEnd` that names where the wrong value stands.
    func value<Value>(
        _ key: SettingKey, _ parse: (String) throws(SettingFault) -> Value
    ) throws(CommandEnd) -> Value? {
        guard let found = try self[key] else { return nil }
        return try found.read(parse)
    }

    private func find(_ key: SettingKey) -> SettingText? {
        if let text = flags[key] { return SettingText(key: key, text: text, origin: .flag) }
        if let text = environment[key.variable], !text.isEmpty {
            return SettingText(key: key, text: text, origin: .variable)
        }
        return file?[key]
    }

    /// Starts logs at the level that is set, else at `standard`; at debug they tell what is set
    /// and where.
    func startLogs(standard: Logger.Level = .warning) {
        Logs.start(at: logLevel ?? standard)
        for found in SettingKey.allCases.compactMap(find) {
            Logs.logger.debug(
                "setting",
                metadata: [
                    "key": "\(found.key.rawValue)", "value": "\(found.value)",
                    "origin": "\(found.name)",
                ])
        }
    }

    /// The variables that settings are read from.
    ///
    /// - Throws: `CommandEnd` for one that is not UTF-8: it would be read as another path.
    static func environment() throws(CommandEnd) -> [String: String] {
        var found: [String: String] = [:]
        let names = SettingKey.allCases.map(\.variable) + [SettingKey.configurationVariable]
        for name in names {
            guard let bytes = getenv(name) else { continue }
            guard let text = String(validatingCString: bytes) else {
                throw CommandEnd(ExitStatus.usage, "\(name): it is not UTF-8; write it so")
            }
            found[name] = text
        }
        return found
    }
}

// MARK: The store

extension Settings {
    /// How many changes of each partition the change feed keeps at least, for commands that fold
    /// events by the million; 0: no feed is kept.
    ///
    /// - Throws: `CommandEnd` that names where the wrong value stands.
    func feedRetention() throws(CommandEnd) -> UInt64 {
        try value(.feedRetention, SettingValues.feedRetention) ?? NodeSettings.standardFeedRetention
    }

    /// How the store is opened.
    ///
    /// `partitions`, `namespaces`, `profiles` and `key_file` say what a new store is like: where
    /// there is a store, they are read only if the command compares them with it
    /// (`comparesStore`), so that asking it needs none of them.
    ///
    /// - Throws: `CommandEnd` for a wrong value, or a file that cannot be read.
    func storeRequest(
        durability: Durability = .os, comparesStore: Bool = false
    ) throws(CommandEnd) -> StoreRequest {
        var request = StoreRequest(folder: folder)
        request.durability = try value(.durability, SettingValues.durability) ?? durability
        if let memory = try value(.memory, MemoryText.parse) { request.memory = memory }
        request.logicLimit = try value(.logicLimit, SettingValues.logicLimit)
        let partitions = try value(.partitions, SettingValues.partitions)
        let namespaces = try self[.namespaces]
        let profiles = try self[.profiles]
        let keyFile = try self[.keyFile]
        guard partitions != nil || namespaces != nil || profiles != nil || keyFile != nil
        else { return request }
        guard comparesStore ? true : try !StoreFolder.holdsStore(folder) else { return request }
        request.partitions = partitions
        if let namespaces { request.namespaces = try NamespacesFile.read(namespaces.value) }
        if let profiles { request.rules = try ProfilesFile(profiles.value).rules }
        if let keyFile {
            request.key = try StoreFolder.readKeyFile(
                keyFile.value, ifUnreadable: "name a readable file of 32 hexadecimal digits")
        }
        return request
    }
}
