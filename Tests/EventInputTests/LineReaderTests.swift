import EventInput
import Glibc
import Testing

@Suite struct LineReaderTests {
    private let folder = TemporaryFolder()

    private func lines(_ text: String) -> [Seen] {
        let (lines, error) = readLines(folder.file(text.utf8))
        #expect(error == nil)
        return lines
    }

    @Test func shouldCountLinesAsAnEditorDoes() {
        #expect(lines("").isEmpty)
        #expect(lines("\n").isEmpty)
        #expect(lines("a") == [Seen(1, "a")])
        #expect(lines("a\n") == [Seen(1, "a")])
        #expect(lines("a\nb") == [Seen(1, "a"), Seen(2, "b")])
        #expect(lines("\n\r\n \t\na\n\n\nb\n\n") == [Seen(4, "a"), Seen(7, "b")])
    }

    @Test func shouldTakeOneCarriageReturnOff() {
        #expect(
            lines("a\r\nb\r\r\nc\rd\ne\r") == [
                Seen(1, "a"), Seen(2, "b\r"), Seen(3, "c\rd"), Seen(4, "e"),
            ])
    }

    @Test func shouldSkipAByteOrderMark() {
        #expect(lines("\u{FEFF}a\nb\u{FEFF}\n") == [Seen(1, "a"), Seen(2, "b\u{FEFF}")])
        #expect(lines("\u{FEFF}").isEmpty)
    }

    @Test func shouldTellLongLinesAtTheLimit() {
        let limit = 5_000
        for (extra, end) in [(0, "\n"), (0, "\r\n"), (0, ""), (0, "\r"), (1, "\n"), (1, "")] {
            let text = String(repeating: "x", count: limit + extra)
            let path = folder.file("before\n\(text)\(end)\(end == "" ? "" : "after\n")".utf8)
            let (lines, error) = readLines(path, limit: limit)
            #expect(error == nil)
            let expected =
                extra == 0
                ? Seen(2, text) : Seen(2, String(text.prefix(LineReader.keptBytes)), .tooLong)
            if end == "\r" {
                // The CR ends nothing here: "after" belongs to the line.
                #expect(lines.count == 2 && lines[1].fault == .tooLong)
            } else {
                let after = end == "" ? [] : [Seen(3, "after")]
                #expect(lines == [Seen(1, "before"), expected] + after)
            }
        }
    }

    @Test(arguments: [.none, .csv(delimiter: UInt8(ascii: ","))] as [LineReader.Quoting])
    func shouldSkipALongLineInConstantMemory(quoting: LineReader.Quoting) throws {
        // A sparse file: a line of 1 GiB of NULs between two short ones.
        let path = folder.file("first\nz".utf8)
        let file = open(path, O_RDWR)
        #expect(lseek(file, 1 << 30, SEEK_END) > 1 << 30)
        #expect(write(file, "\nlast\n", 6) == 6)
        close(file)
        let before = residentBytes()
        var reader = LineReader(try InputFile.open(path), limit: 1 << 20, quoting: quoting)
        var seen = [String]()
        var peak = 0
        while try reader.advance() {
            let fault = reader.fault
            let count = reader.withLine { $0.count }
            seen.append("\(reader.number) \(count) \(fault == .tooLong)")
            peak = max(peak, residentBytes())
        }
        #expect(seen == ["1 5 false", "2 4096 true", "3 4 false"])
        // Other tests run in this process meanwhile: a fifth of the line is room for them. Alone it
        // grows by 3 MiB.
        #expect(peak - before < 200 << 20)
        let (consumed, total) = (reader.consumedBytes, reader.totalBytes)
        #expect(consumed == total)
    }

    @Test func oracleAgainstSplitting() {
        var generator = SplitMix64(state: 9)
        for round in 0..<200 {
            var text = [UInt8]()
            let count = Int.random(in: 0..<3_000, using: &generator)
            // Few different bytes, so that ends of lines come in every order; sometimes long lines.
            let alphabet = Array((round % 2 == 0 ? "a\n\r b" : "aaaaaaaaaaaaaaab\n").utf8)
            for _ in 0..<count { text.append(alphabet.randomElement(using: &generator)!) }
            if round % 10 == 0 {
                let long = [UInt8](repeating: UInt8(ascii: "y"), count: 300_000 + round)
                text.insert(contentsOf: long, at: text.count / 2)
            }
            var expected = [Seen]()
            for (index, part) in text.split(separator: 10, omittingEmptySubsequences: false)
                .enumerated()
            {
                var line = Array(part)
                if line.last == 13 { line.removeLast() }
                let isBlank = line.allSatisfy { $0 == 32 || $0 == 13 }
                let isLong = line.count > 4_096
                if isBlank && !isLong { continue }
                let kept = isLong ? Array(line.prefix(4_096)) : line
                expected.append(
                    Seen(
                        index + 1, String(decoding: kept, as: UTF8.self), isLong ? .tooLong : nil))
            }
            let (lines, error) = readLines(folder.file(text))
            #expect(error == nil)
            #expect(lines == expected, "round \(round)")
        }
    }

    @Test func shouldStopWhereItIsTold() throws {
        var reader = LineReader(
            try InputFile.open(folder.file("a\nb\nc\n".utf8)), limit: 4_096)
        var seen = 0
        try reader.forEach { _, _, _ in
            seen += 1
            return seen < 2
        }
        #expect(seen == 2)
        let goesOn = try reader.advance()
        #expect(goesOn)
        let number = reader.number
        #expect(number == 3)
    }

    @Test func shouldReadAPipeAsItComes() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let path = "/dev/fd/\(ends[0])"
        #expect(write(ends[1], "{\"a\":1}\n", 8) == 8)
        var reader = LineReader(try InputFile.open(path), limit: 4_096)
        // The writer has not closed: the first line must come without waiting for more.
        let first = try reader.advance()
        #expect(first)
        #expect(write(ends[1], "two", 3) == 3)
        close(ends[1])
        let second = try reader.advance()
        #expect(second)
        let text = reader.withLine { line in line.withUnsafeBytes { Array($0) } }
        #expect(text == Array("two".utf8))
        let (third, total) = (try reader.advance(), reader.totalBytes)
        #expect(!third)
        #expect(total == nil)
        close(ends[0])
    }

    private func residentBytes() -> Int {
        let file = open("/proc/self/statm", O_RDONLY)
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 200)
        let count = read(file, &text, text.count)
        let fields = String(decoding: text.prefix(max(0, count)), as: UTF8.self)
            .split(separator: " ")
        return (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
