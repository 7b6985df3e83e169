internal import Foundation

/// The configuration file: a YAML mapping of settings. Keys that a command has no use for are
/// fine, since one file serves a machine; unknown ones are not.
struct SettingsFile {
    private let settings: [SettingKey: SettingText]

    /// Reads the file, once.
    ///
    /// - Throws: `CommandEnd` that names the file, the line and what is wrong there.
    init(_ path: String) throws(CommandEnd) {
        guard let data = SmallFiles.read(path) else {
            throw .failed(
                "cannot read \(path)",
                remedy: "name a readable YAML file of at most 1 MiB (--config, KINDRED_CONFIG)")
        }
        let root = try YAMLNode.parse(data, path)
        try root.allow(SettingKey.allCases.map(\.rawValue))
        let folder = SmallFiles.parent(of: path)
        var settings: [SettingKey: SettingText] = [:]
        for key in SettingKey.allCases {
            guard let (text, place) = try root.text(key.rawValue) else { continue }
            settings[key] = SettingText(
                key: key, text: text, origin: .file(place: place, folder: folder))
        }
        self.settings = settings
    }

    /// The setting of a key; nil where the file has none.
    subscript(key: SettingKey) -> SettingText? { settings[key] }
}
