/// What documents point at exists: relative links, their headings, and files of Fixtures.
enum LinkRule {
    /// The links of a Markdown file that lead nowhere.
    static func findings(in file: RepositoryFile, of repository: Repository) -> [Finding] {
        guard file.path.hasSuffix(".md") else { return [] }
        return links(in: file.text).compactMap { target, line in
            if target.contains("://") || target.hasPrefix("mailto:") { return nil }
            let parts = target.split(
                separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let path = resolve(String(parts[0]), from: file.path)
            guard path == file.path || repository.exists(path) else {
                let message = "the link to \(target) leads nowhere: \(path) does not exist"
                return Finding(path: file.path, line: line, message: message)
            }
            let other = path == file.path ? file : repository.files.first { $0.path == path }
            guard parts.count == 2, path.hasSuffix(".md"), let other else { return nil }
            guard !headings(of: other.text).contains(String(parts[1])) else { return nil }
            let message = "the link to \(target) leads nowhere: \(path) has no such heading"
            return Finding(path: file.path, line: line, message: message)
        }
    }

    /// The files of Fixtures that `file` names and that do not exist.
    static func fixtureFindings(in file: RepositoryFile, of repository: Repository) -> [Finding] {
        fixtures(in: file.text).compactMap { path, line in
            guard !repository.exists(path) else { return nil }
            return Finding(
                path: file.path, line: line, message: "\(path) does not exist: correct the path")
        }
    }

    /// The targets of `[text](target)` outside code, each with its line.
    static func links(in text: String) -> [(target: String, line: Int)] {
        var found: [(String, Int)] = []
        for (line, content) in proseLines(of: text) {
            var rest = withoutCode(content)[...]
            while let open = firstRange(of: "](", in: rest) {
                rest = rest[open...]
                guard let close = rest.firstIndex(of: ")") else { break }
                let inside = rest[..<close].split(separator: " ").first.map(String.init) ?? ""
                if !inside.isEmpty { found.append((inside, line)) }
                rest = rest[close...]
            }
        }
        return found
    }

    /// The anchors that the headings of a Markdown text have, as GitHub makes them.
    static func headings(of text: String) -> Set<String> {
        var found: Set<String> = []
        for (_, content) in proseLines(of: text) where content.hasPrefix("#") {
            let title = content.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
            found.insert(
                String(
                    title.compactMap { character -> Character? in
                        if character == " " { return "-" }
                        let isKept =
                            character.isLetter || character.isNumber || "-_".contains(character)
                        return isKept ? character : nil
                    }))
        }
        return found
    }

    /// The paths into Fixtures that `text` names; of a pattern (`*`, `<name>`, an interpolation)
    /// the folder before it.
    static func fixtures(in text: String) -> [(path: String, line: Int)] {
        let folder = Array("Fixtures/".utf8)
        var found: [(String, Int)] = []
        for (index, content) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let bytes = Array(content.utf8)
            for start in TextRule.occurrences(of: folder, in: bytes) {
                var end = start + folder.count
                while end < bytes.count, isPathByte(bytes[end]) { end += 1 }
                let isPattern = end < bytes.count && "*<{\\$".utf8.contains(bytes[end])
                var path = String(decoding: bytes[start..<end], as: UTF8.self)
                if isPattern, let slash = path.lastIndex(of: "/") { path = String(path[...slash]) }
                while path.hasSuffix(".") { path.removeLast() }
                if path.utf8.count > folder.count { found.append((path, index + 1)) }
            }
        }
        return found
    }

    /// The lines of a Markdown text that are not in a fenced block, numbered from 1.
    private static func proseLines(of text: String) -> [(line: Int, content: Substring)] {
        var isCode = false
        var found: [(Int, Substring)] = []
        for (index, content) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if content.drop(while: { $0 == " " }).hasPrefix("```") {
                isCode.toggle()
            } else if !isCode {
                found.append((index + 1, content))
            }
        }
        return found
    }

    private static func withoutCode(_ line: Substring) -> String {
        line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset.isMultiple(of: 2) }.map { String($0.element) }
            .joined(separator: "x")
    }

    private static func firstRange(of pattern: String, in text: Substring) -> String.Index? {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].hasPrefix(pattern) {
                return text.index(index, offsetBy: pattern.count)
            }
            index = text.index(after: index)
        }
        return nil
    }

    private static func resolve(_ target: String, from path: String) -> String {
        if target.isEmpty { return path }
        var parts = path.split(separator: "/").dropLast().map(String.init)
        if target.hasPrefix("/") { parts = [] }
        for part in target.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": if !parts.isEmpty { parts.removeLast() }
            default: parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
