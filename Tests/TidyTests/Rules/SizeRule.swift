/// A place that is over a limit of `SizeRule` on purpose.
struct SizeException {
    /// What is too large.
    enum Subject: Equatable {
        /// The whole file has too many lines.
        case file
        /// The function of that name has too many lines.
        case function(String)
        /// The line that contains that text has too many columns.
        case line(containing: String)
    }

    /// The file, from the repository's root.
    let path: String
    /// What is too large there.
    let subject: Subject
    /// Why it is better so; a sentence.
    let reason: String
}

/// Small rooms: files, functions and lines have a greatest size.
enum SizeRule {
    /// The most lines of a file.
    static let fileLines = 500
    /// The most lines of a function, from its name to its closing brace.
    static let functionLines = 60
    /// The most columns (characters) of a line.
    static let columns = 100

    /// What may be larger, and why. An entry that nothing needs any more fails.
    static let exceptions: [SizeException] = []

    /// Everything over a limit in `texts` that no exception excuses, and every stale exception.
    static func findings(
        in texts: [SwiftText], exceptions: [SizeException] = SizeRule.exceptions
    ) -> [Finding] {
        var isUsed = [Bool](repeating: false, count: exceptions.count)
        var found: [Finding] = []
        for text in texts {
            for (subject, finding) in violations(of: text) {
                let excuse = exceptions.firstIndex { exception in
                    exception.path == text.path && covers(exception.subject, subject)
                }
                if let excuse { isUsed[excuse] = true } else { found.append(finding) }
            }
        }
        for (exception, isUsed) in zip(exceptions, isUsed) {
            if !isUsed {
                let message = "\(exception.subject) is not over its limit: remove the exception"
                found.append(Finding(path: exception.path, line: 0, message: message))
            }
            if exception.reason.split(separator: " ").count < 3 {
                let message = "say in a sentence why \(exception.subject) is over its limit"
                found.append(Finding(path: exception.path, line: 0, message: message))
            }
        }
        return found
    }

    private static func covers(
        _ exception: SizeException.Subject, _ subject: SizeException.Subject
    ) -> Bool {
        if case .line(let part) = exception, case .line(let line) = subject {
            return line.contains(part)
        }
        return exception == subject
    }

    private static func violations(
        of text: SwiftText
    ) -> [(subject: SizeException.Subject, finding: Finding)] {
        var found: [(SizeException.Subject, Finding)] = []
        let lineCount = text.lines.count - (text.lines.last?.isEmpty == true ? 1 : 0)
        if lineCount > fileLines {
            let message = "\(lineCount) lines, \(fileLines) are allowed: split the file by noun"
            found.append((.file, text.finding(fileLines + 1, message)))
        }
        for function in FunctionSpan.all(in: text) where function.lineCount > functionLines {
            let message =
                "\(function.name) has \(function.lineCount) lines, \(functionLines) are allowed: "
                + "give its steps names"
            found.append((.function(function.name), text.finding(function.firstLine, message)))
        }
        for (index, line) in text.lines.enumerated()
        where line.utf8.count > columns && line.count > columns {
            let message = "\(line.count) columns, \(columns) are allowed: break the line"
            found.append((.line(containing: String(line)), text.finding(index + 1, message)))
        }
        return found
    }
}
