/// Rules on the words of every text file, code or not.
enum TextRule {
    /// Marks of unfinished work. Spelt in halves, so that this file passes its own rule.
    static let unfinished = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    /// Folders that exist on somebody's machine only; halves for the same reason.
    static let machineFolders = ["work", "root", "home"].map { "/" + $0 + "/" }
    /// Scratch space: tests may use it.
    static let scratchFolder = "/" + "tmp/"

    /// Marks of unfinished work in `file`.
    static func unfinishedFindings(in file: RepositoryFile) -> [Finding] {
        findings(in: file, words: unfinished) { word in
            "\(word): finish it, or write what is missing where users read it"
        } isWhole: { before, after in
            !isWordByte(before) && !isWordByte(after)
        }
    }

    /// Absolute paths of a machine in `file`.
    static func machinePathFindings(in file: RepositoryFile) -> [Finding] {
        let isTest = file.path.hasPrefix("Tests/")
        let words = machineFolders + (isTest ? [] : [scratchFolder])
        return findings(in: file, words: words) { word in
            "\(word) exists on one machine only: use a relative path, an argument or a setting"
        } isWhole: { before, _ in
            // In `https://example.com/home/` the folder belongs to an address.
            !isWordByte(before) && before != UInt8(ascii: ".") && before != UInt8(ascii: "}")
        }
    }

    private static func findings(
        in file: RepositoryFile, words: [String], message: (String) -> String,
        isWhole: (_ before: UInt8, _ after: UInt8) -> Bool
    ) -> [Finding] {
        let bytes = Array(file.text.utf8)
        return words.flatMap { word -> [Finding] in
            let pattern = Array(word.utf8)
            return occurrences(of: pattern, in: bytes).compactMap { start in
                let before = start > 0 ? bytes[start - 1] : 0
                let end = start + pattern.count
                let after = end < bytes.count ? bytes[end] : 0
                guard isWhole(before, after) else { return nil }
                let line = bytes[..<start].count { $0 == UInt8(ascii: "\n") } + 1
                return Finding(path: file.path, line: line, message: message(word))
            }
        }
    }

    /// Where `pattern` starts in `bytes`.
    static func occurrences(of pattern: [UInt8], in bytes: [UInt8]) -> [Int] {
        guard let first = pattern.first, bytes.count >= pattern.count else { return [] }
        var found: [Int] = []
        for start in 0...(bytes.count - pattern.count) where bytes[start] == first {
            if bytes[start..<start + pattern.count].elementsEqual(pattern) { found.append(start) }
        }
        return found
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
