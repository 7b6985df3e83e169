import Testing

/// The scanner under the rules: what is code, what is a comment, what is a string.
@Suite("Swift lexer")
struct SwiftLexerTests {
    private func words(_ text: String) -> [String] {
        SwiftText(path: "Sources/GraphCore/A.swift", text: text).tokens.filter { $0.kind == .word }
            .map(\.text)
    }

    @Test func shouldIgnoreStringsOfEveryKind() {
        #expect(words("let a = \"Task UUID\"") == ["let", "a"])
        #expect(words("let a = \"say \\\"Task\\\" UUID\"") == ["let", "a"])
        #expect(words("let a = #\"a \" Task\"#; b") == ["let", "a", "b"])
        let multiline = "let a = \"\"\"\n    Task \"UUID\" \\\"\"\" Date\n    \"\"\"\nb"
        #expect(words(multiline) == ["let", "a", "b"])
        #expect(words("let a = \"\"; Task") == ["let", "a", "Task"])
        #expect(words("let a = #/\"Task/#; b") == ["let", "a", "b"])
    }

    @Test func shouldReadInterpolationsAsCode() {
        #expect(words("\"x \\(Task(y: \"UUID\")) Date\"") == ["Task", "y"])
        #expect(words("#\"x \\(Task) \\#(Date) \"#") == ["Date"])
    }

    @Test func shouldIgnoreComments() {
        #expect(words("a // Task\nb /* Date /* UUID */ Clock */ c") == ["a", "b", "c"])
    }

    @Test func shouldKeepLineNumbersThroughStringsAndComments() {
        let text = SwiftText(
            path: "Sources/A/A.swift", text: "/*\n*/\nlet a = \"\"\"\n  x\n  \"\"\"\nlast // note")
        #expect(text.tokens.last?.line == 6)
        #expect(text.tokens.last?.text == "last")
        #expect(text.comments[6] == "// note")
        #expect(text.comments[1] == "/*")
        #expect(text.comments[3] == nil)
    }

    @Test func shouldTellDocumentationFromComments() {
        let text = SwiftText(
            path: "Sources/A/A.swift",
            text: "/// says\n// plain\n///\n//// ruler\n/** block\n words\n */\n/* no */")
        #expect(text.documentationLines == [1, 5, 6, 7])
    }

    @Test func shouldKeepRangesApartFromDecimals() {
        let text = SwiftText(path: "Sources/A/A.swift", text: "0..<5; 1.5; 0x1F")
        #expect(text.tokens.filter { $0.kind == .number }.map(\.text) == ["0", "5", "1.5", "0x1F"])
    }

    @Test func shouldMeasureFunctions() {
        let source = """
            protocol P {
                func asked()
                var size: Int { get }
            }
            struct S {
                var stored = 3
                init(a: Int) { self.init() }
                func long(
                    a: () -> Void = { },
                    b: Int
                ) throws -> Int {
                    if a { } else { }
                    return 1
                }
                var computed: Int {
                    1
                }
                static func == (a: S, b: S) -> Bool { true }
            }
            """
        let spans = FunctionSpan.all(in: SwiftText(path: "Sources/A/A.swift", text: source))
        #expect(spans.map(\.name) == ["size", "init", "long", "computed", "="])
        #expect(spans.map(\.lineCount) == [1, 1, 7, 3, 1])
    }
}
