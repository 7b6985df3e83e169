import EventInput
import Testing

@Suite struct QuotedRowTests {
    private let folder = TemporaryFolder()

    private func rows(_ text: String, limit: Int = 4_096, delimiter: Character = ",") -> [Seen] {
        let (lines, error) = readLines(
            folder.file(text.utf8), limit: limit,
            quoting: .csv(delimiter: delimiter.asciiValue!))
        #expect(error == nil)
        return lines
    }

    @Test func shouldKeepALineFeedInQuotes() {
        #expect(
            rows("a,b\n\"x\ny\",z\nlast\n") == [
                Seen(1, "a,b"), Seen(2, "\"x\ny\",z"), Seen(4, "last"),
            ])
        #expect(rows("\"x\r\ny\"\r\nz\r\n") == [Seen(1, "\"x\r\ny\""), Seen(3, "z")])
        #expect(rows("a,\"\n\n\n\"\nb") == [Seen(1, "a,\"\n\n\n\""), Seen(5, "b")])
    }

    @Test func shouldTakeAPairOfQuotesForOne() {
        #expect(rows("\"a\"\"\nb\",c\nd\n") == [Seen(1, "\"a\"\"\nb\",c"), Seen(3, "d")])
        #expect(rows("\"\"\nb\n") == [Seen(1, "\"\""), Seen(2, "b")])
        #expect(rows("\"\"\"\n\"\"\"\nb\n") == [Seen(1, "\"\"\"\n\"\"\""), Seen(3, "b")])
    }

    @Test func shouldLeaveAQuoteInsideAFieldAlone() {
        #expect(rows("5\" disk,b\nc\n") == [Seen(1, "5\" disk,b"), Seen(2, "c")])
        #expect(rows("\"a\"x\"\nc\n") == [Seen(1, "\"a\"x\""), Seen(2, "c")])
    }

    @Test func shouldKnowTheDelimiter() {
        let text = "a;\"x\ny\"\nb\n"
        #expect(rows(text, delimiter: ";") == [Seen(1, "a;\"x\ny\""), Seen(3, "b")])
        #expect(rows(text) == [Seen(1, "a;\"x"), Seen(2, "y\""), Seen(3, "b")])
    }

    @Test func shouldGiveOnlyTheLineOfAStrayQuoteUp() {
        let expected = [
            Seen(1, "ok,1"), Seen(2, "\"stray,2", .unclosedQuote), Seen(3, "ok,3"),
            Seen(4, "\"ok\",4"), Seen(5, "ok,5"),
        ]
        #expect(rows("ok,1\n\"stray,2\nok,3\nok,4\nok,5\n")[1...2] == expected[1...2])
        // A later quote would close the stray one: it is searched for to the limit only.
        let filler = (0..<1_000).map { "fill,\($0)" }.joined(separator: "\n")
        let found = rows("ok,1\n\"stray,2\n\(filler)\n\"ok\",x\nlast\n")
        #expect(found.count == 1_004)
        #expect(found[1] == expected[1])
        #expect(found[2] == Seen(3, "fill,0"))
        #expect(found[1_002] == Seen(1_003, "\"ok\",x"))
        #expect(found[1_003] == Seen(1_004, "last"))
    }

    @Test func shouldGiveARowOverTheLimitUpByItsFirstLine() {
        let inner = (0..<1_000).map { "inner \($0)" }.joined(separator: "\n")
        let found = rows("a,b\n\"\(inner)\",end\nlast\n")
        #expect(found[1] == Seen(2, "\"inner 0", .unclosedQuote))
        #expect(found[2] == Seen(3, "inner 1"))
        #expect(found.last == Seen(1_002, "last"))
        #expect(found.count == 1_002)
    }

    @Test func shouldTellAnUnclosedQuoteInTheLastLine() {
        #expect(rows("a\n\"b") == [Seen(1, "a"), Seen(2, "\"b", .unclosedQuote)])
        #expect(rows("a\n\"b\"") == [Seen(1, "a"), Seen(2, "\"b\"")])
        #expect(rows("a\n\"b\n") == [Seen(1, "a"), Seen(2, "\"b", .unclosedQuote)])
    }

    @Test func shouldStayLinearWhereNoQuoteCloses() {
        // Each line closes a quote and opens another: no LF is outside. Searched to the limit from
        // every line this would take hours.
        let text = String(repeating: "x\",\"y\n", count: 200_000)
        let (lines, error) = readLines(
            folder.file(text.utf8), limit: 1 << 20, quoting: .csv(delimiter: UInt8(ascii: ",")))
        #expect(error == nil)
        #expect(lines.count == 200_000)
        #expect(lines.allSatisfy { $0.fault == .unclosedQuote && $0.text == "x\",\"y" })
        #expect(lines.last?.number == 200_000)
    }

    @Test func shouldTellALongLineWithAnOpenQuote() {
        let long = "\"" + String(repeating: "x", count: 400_000)
        let found = rows("a\n\(long)\nb\n\"c\nd\"\n")
        #expect(
            found == [
                Seen(1, "a"), Seen(2, String(long.prefix(4_096)), .tooLong), Seen(3, "b"),
                Seen(4, "\"c\nd\""),
            ])
    }

    @Test func oracleAgainstAParserOfWholeText() {
        var generator = SplitMix64(state: 12)
        let alphabet = Array("ab,\"\"\n\r".utf8)
        for round in 0..<400 {
            let text = (0..<Int.random(in: 0..<60, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator)!
            }
            var rows = [[UInt8]]()
            var row = [UInt8]()
            // Reads fields, where LineReader looks at bytes: an independent way to the same rows.
            var index = 0
            var isOpen = false
            func field() {
                if index < text.count && text[index] == UInt8(ascii: "\"") {
                    row.append(text[index])
                    index += 1
                    isOpen = true
                    while index < text.count {
                        row.append(text[index])
                        index += 1
                        guard row.last == UInt8(ascii: "\"") else { continue }
                        guard index < text.count, text[index] == UInt8(ascii: "\"") else {
                            isOpen = false
                            break
                        }
                        row.append(text[index])
                        index += 1
                    }
                }
                while index < text.count, !",\n".utf8.contains(text[index]) {
                    row.append(text[index])
                    index += 1
                }
            }
            while index < text.count {
                field()
                guard index < text.count else { break }
                if text[index] == UInt8(ascii: "\n") {
                    rows.append(row)
                    row = []
                } else {
                    row.append(text[index])
                }
                index += 1
            }
            if isOpen { continue }
            rows.append(row)
            let expected = rows.map { row in row.last == 13 ? Array(row.dropLast()) : row }
                .filter { !$0.allSatisfy { $0 == 13 } }
                .map { String(decoding: $0, as: UTF8.self) }
            let (lines, _) = readLines(
                folder.file(text), quoting: .csv(delimiter: UInt8(ascii: ",")))
            #expect(lines.map(\.text) == expected, "round \(round): \(text)")
            #expect(lines.allSatisfy { $0.fault == nil })
        }
    }
}
