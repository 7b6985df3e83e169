import EventInput
import Testing

@Suite struct PackedFileTests {
    enum Packer: String, CaseIterable, CustomTestStringConvertible {
        case gzip, zstd
        var testDescription: String { rawValue }

        func pack(_ text: String) -> [UInt8] {
            let bytes = Array(text.utf8)
            return self == .gzip ? Packing.gzip(bytes) : Packing.zstd(bytes)
        }
    }

    private let folder = TemporaryFolder()
    private let text = (1...20).map { "line \($0) \(String(repeating: "x", count: $0))\n" }.joined()
    private var whole: [Seen] {
        text.split(separator: "\n").enumerated().map { Seen($0 + 1, String($1)) }
    }

    @Test(arguments: Packer.allCases)
    func shouldTellByContent(packer: Packer) throws {
        let path = folder.file(packer.pack(text), "events.txt")
        #expect(try InputFile.open(path).compression.rawValue == packer.rawValue)
        let (lines, error) = readLines(path)
        #expect(error == nil)
        #expect(lines == whole)
    }

    @Test(arguments: Packer.allCases)
    func shouldReadPartsEndToEnd(packer: Packer) {
        let parts = ["one\ntw", "", "o\nthree\n", "four"].flatMap(packer.pack)
        let (lines, error) = readLines(folder.file(parts))
        #expect(error == nil)
        #expect(lines == [Seen(1, "one"), Seen(2, "two"), Seen(3, "three"), Seen(4, "four")])
    }

    @Test(arguments: Packer.allCases)
    func shouldTellATruncationAtEveryByte(packer: Packer) {
        let packed = packer.pack(text)
        for count in 1..<packed.count {
            // One byte of Zstandard's magic is "(", a text of one line.
            if packer == .zstd && count == 1 { continue }
            let path = folder.file(packed.prefix(count))
            let (lines, error) = readLines(path)
            #expect(error?.code == .truncated, "cut to \(count) of \(packed.count)")
            #expect(error?.path == path)
            #expect(error?.wholeLines == lines.count)
            #expect(lines == Array(whole.prefix(lines.count)))
        }
    }

    @Test(arguments: Packer.allCases)
    func shouldTellATruncationOfTheSecondPart(packer: Packer) {
        let first = packer.pack(text)
        let second = packer.pack("more\n")
        for count in 1..<second.count {
            let (lines, error) = readLines(folder.file(first + second.prefix(count)))
            #expect(error?.code == .truncated || error?.code == .corrupt, "\(count)")
            #expect(packer == .zstd || error?.code == .truncated)
            #expect(lines.prefix(20) == whole[...])
        }
    }

    @Test(arguments: Packer.allCases)
    func shouldNeverGiveAChangedLineOutWithoutAnError(packer: Packer) {
        let packed = packer.pack(text)
        for index in packed.indices {
            var changed = packed
            changed[index] ^= 0x04
            let (lines, error) = readLines(folder.file(changed))
            // The first four bytes say what the file is: changed, it is another file. Gzip's time
            // and system, behind them, change no line.
            #expect(error != nil || lines == whole || index < 4, "byte \(index)")
        }
    }

    @Test func shouldTakeZerosBehindGzipAndNothingElse() {
        let packed = Packing.gzip(Array(text.utf8))
        for zeros in [1, 511, 200_000] {
            let padding = [UInt8](repeating: 0, count: zeros)
            let padded = readLines(folder.file(packed + padding))
            #expect(padded.error == nil)
            #expect(padded.lines == whole)
            let twice = readLines(folder.file(packed + padding + packed))
            #expect(twice.error == nil)
            #expect(twice.lines.count == 40)
        }
        for garbage in ["x", "\0\0x", "garbage that goes on\n"] {
            let (lines, error) = readLines(folder.file(packed + Array(garbage.utf8)))
            #expect(error?.code == .corrupt)
            #expect(error?.wholeLines == 20)
            #expect(lines == whole)
        }
    }

    @Test func shouldRefuseGarbageBehindZstd() {
        let packed = Packing.zstd(Array(text.utf8))
        let (lines, error) = readLines(folder.file(packed + Array("garbage".utf8)))
        #expect(error?.code == .corrupt)
        #expect(lines == whole)
        // A frame of foreign data is skipped, before and behind.
        let foreign: [UInt8] = [0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
        let skipped = readLines(folder.file(foreign + packed + foreign))
        #expect(skipped.error == nil)
        #expect(skipped.lines == whole)
    }

    @Test(arguments: Packer.allCases)
    func shouldReadLargeContent(packer: Packer) throws {
        var generator = SplitMix64(state: 15)
        let lines = (0..<30_000).map { "line \($0) \(generator.next()) \(generator.next())" }
        let path = folder.file(packer.pack(lines.joined(separator: "\n")))
        var reader = LineReader(try InputFile.open(path), limit: 4_096)
        var index = 0
        while try reader.advance() {
            let isEqual = reader.withLine { span in
                span.withUnsafeBytes { $0.elementsEqual(lines[index].utf8) }
            }
            #expect(isEqual)
            index += 1
        }
        #expect(index == lines.count)
        let (consumed, total) = (reader.consumedBytes, reader.totalBytes)
        #expect(consumed == total)
    }

    @Test func shouldSayInOneLineWhatToDo() {
        let packed = Packing.gzip(Array(text.utf8))
        let path = folder.file(packed.dropLast(3), "cut.gz")
        let error = readLines(path).error
        let expected =
            "\(path): the gzip file is cut short, after 20 whole lines; fetch it again whole"
            + " (gzip -t tells); the lines before can be replayed twice"
        #expect(error.map { "\($0)" } == expected)
    }
}
