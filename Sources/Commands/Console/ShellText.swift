/// Text for a shell's command line.
enum ShellText {
    /// The text in single quotes, where it needs them.
    static func quoted(_ text: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-".utf8)
        if !text.isEmpty, text.utf8.allSatisfy(plain.contains) { return text }
        return "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
