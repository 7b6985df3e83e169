import EventInput
import Glibc
import Testing

@Suite struct InputFileTests {
    private let folder = TemporaryFolder()

    @Test func shouldSayWhyAFileCannotBeRead() {
        let missing = readLines(folder.path + "/none").error
        #expect(missing?.code == .notFound)
        #expect(missing?.path == folder.path + "/none")
        let directory = readLines(folder.path).error
        #expect(directory?.code == .isDirectory)
        #expect(directory.map { "\($0)".contains(folder.path + "/*") } == true)
        #expect(directory?.wholeLines == nil)
        // Reading its own memory from address 0 fails, as a bad disk does.
        let unreadable = readLines("/proc/self/mem").error
        #expect(unreadable?.code == .ioError)
    }

    @Test func shouldSayThatPermissionIsMissing() {
        var path = folder.file("a".utf8)
        chmod(path, 0)
        // The superuser may read every file but the kernel's write-only ones.
        if geteuid() == 0 { path = "/proc/sys/vm/compact_memory" }
        let error = readLines(path).error
        #expect(error?.code == .permission)
        #expect(error.map { "\($0)".hasPrefix("\(path): this user may not read it; ") } == true)
    }

    @Test func shouldRefuseTextThatIsNotUTF8() {
        let text = "{\"a\":1}\n"
        let little = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let cases: [([UInt8], String)] = [
            ([0xFF, 0xFE] + little, "UTF-16"), ([0xFE, 0xFF] + big, "UTF-16"),
            (little, "UTF-16LE"), (big, "UTF-16BE"),
            ([0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0], "UTF-32"), ([0xFF, 0xFE], "UTF-16"),
        ]
        for (bytes, name) in cases {
            let path = folder.file(bytes, "it's.jsonl")
            let error = readLines(path).error
            #expect(error?.code == .utf16)
            let quoted = "'" + folder.path + "/it'\\''s.jsonl"
            let command = "iconv -f \(name) -t UTF-8 \(quoted)' > \(quoted).utf8'"
            #expect(error?.remedy == "convert it: \(command)")
        }
        let packed = folder.file(Packing.gzip(little), "packed")
        #expect(
            readLines(packed).error?.remedy
                == "convert it: gzip -dc \(packed) | iconv -f UTF-16LE -t UTF-8 > \(packed).utf8")
    }

    @Test func shouldTakeTextWithSomeNULsAsItIs() {
        let (lines, error) = readLines(folder.file("a\0b\0\0c\nd".utf8))
        #expect(error == nil)
        #expect(lines == [Seen(1, "a\0b\0\0c"), Seen(2, "d")])
    }

    @Test(arguments: [
        ("{\"a\":1}", InputFormat.jsonLines), ("\u{FEFF}{", .jsonLines),
        ("\r\n\n  \t{", .jsonLines), ("op,a,b", .csv), ("\"op\"", .csv), ("", .csv), ("\n\n", .csv),
    ])
    func shouldTellTheFormatByTheFirstByte(text: String, format: InputFormat) throws {
        #expect(try InputFile.open(folder.file(text.utf8)).format == format)
        #expect(try InputFile.open(folder.file(Packing.gzip(Array(text.utf8)))).format == format)
    }

    @Test func shouldTellTheFormatBehindManyBlankLines() throws {
        let text = String(repeating: "\n", count: 20_000) + "{}"
        let path = folder.file(text.utf8)
        #expect(try InputFile.open(path).format == .jsonLines)
        #expect(readLines(path).lines == [Seen(20_001, "{}")])
    }

    @Test func shouldCountBytesForProgress() throws {
        let path = folder.file(String(repeating: "0123456789\n", count: 100_000).utf8)
        let file = try InputFile.open(path)
        #expect(file.totalBytes == 1_100_000)
        var reader = LineReader(file, limit: 4_096)
        var last: UInt64 = 0
        var steps = 0
        while try reader.advance() {
            let consumed = reader.consumedBytes
            #expect(consumed >= last)
            if consumed > last { steps += 1 }
            last = consumed
        }
        #expect(last == 1_100_000)
        #expect(steps >= 4)
        #expect(try InputFile.open("/dev/null").totalBytes == nil)
    }
}
