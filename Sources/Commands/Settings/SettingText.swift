/// Why a setting's text has no meaning; says what would.
struct SettingFault: Error {
    let message: String
}

/// A setting's text, and where it stands.
struct SettingText {
    /// Where a setting stands.
    enum Origin {
        case flag
        case variable
        /// `place` is the file with the line; relative paths begin at `folder`.
        case file(place: String, folder: String)
    }

    let key: SettingKey
    let text: String
    let origin: Origin

    /// Whether it was given for this one command.
    var isFlag: Bool { if case .flag = origin { true } else { false } }

    /// What errors call it: "--port", "KINDRED_PORT", "kindred.yaml:3: port".
    var name: String {
        switch origin {
        case .flag: key.flag
        case .variable: key.variable
        case .file(let place, _): "\(place): \(key.rawValue)"
        }
    }

    /// The text as it is used: of a path in the file, seen from the working directory.
    var value: String {
        guard key.isPath, case .file(_, let folder) = origin, folder != ".", !text.hasPrefix("/")
        else { return text }
        return (folder.hasSuffix("/") ? folder : folder + "/") + text
    }

    /// What the text means.
    ///
    /// - Throws: `CommandEnd` that names the setting's place: with the status of a wrong command
    ///   line for flags and variables, with that of a failure for the file.
    func read<Value>(
        _ parse: (String) throws(SettingFault) -> Value
    ) throws(CommandEnd) -> Value {
        do throws(SettingFault) {
            return try parse(value)
        } catch {
            throw wrong(error.message)
        }
    }

    /// The end of a command that cannot go on with this text.
    func wrong(_ what: String) -> CommandEnd {
        if case .file = origin { return .failed("\(name): \(what)", remedy: "correct the file") }
        return CommandEnd(ExitStatus.usage, "\(name): \(what)")
    }
}

/// A value that is quoted in an error.
extension SettingFault {
    /// "'abc' is no port: …".
    init(_ text: String, isNo kind: String, give remedy: String) {
        let isShort = text.utf8.count <= Self.shownBytes
        let shown = isShort ? "'\(Escaping.terminal(text.utf8))'" : "it"
        message = "\(shown) is no \(kind): give \(remedy)"
    }

    /// The most bytes of a value that an error repeats.
    private static let shownBytes = 200
}
