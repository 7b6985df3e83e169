import EventInput

/// A line as a test sees it.
struct Seen: Equatable, CustomStringConvertible {
    let number: Int
    let text: String
    let fault: LineReader.Fault?

    init(_ number: Int, _ text: String, _ fault: LineReader.Fault? = nil) {
        self.number = number
        self.text = text
        self.fault = fault
    }

    var description: String { "\(number): \(text.prefix(60)) \(fault.map { "\($0)" } ?? "")" }
}

/// The lines of a file, and the error that ended them.
func readLines(
    _ path: String, limit: Int = 4_096, quoting: LineReader.Quoting = .none
) -> (lines: [Seen], error: InputError?) {
    var lines = [Seen]()
    do throws(InputError) {
        var reader = LineReader(try InputFile.open(path), limit: limit, quoting: quoting)
        try reader.forEach { line, number, fault in
            let text = String(decoding: line.withUnsafeBytes { Array($0) }, as: UTF8.self)
            lines.append(Seen(number, text, fault))
            return true
        }
        return (lines, nil)
    } catch {
        return (lines, error)
    }
}
