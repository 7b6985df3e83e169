import RocksStore
import Testing

@Suite struct StoreErrorTests {
    /// RocksDB's texts in a database of the folder /d/db; the file to blame stands in {}.
    private static let texts: [(StoreError.Code, String)] = [
        (.lockHeld, "IO error: While lock file: {/d/db/LOCK}: Resource temporarily unavailable"),
        (.lockHeld, "IO error: lock hold by current process: {/d/db/LOCK}: No locks available"),
        (.noSpace, "IO error: No space left on device: While appending to file: {/d/db/1.sst}"),
        (.readOnly, "IO error: While open a file: {/d/db/000004.log}: Read-only file system"),
        (.permissionDenied, "IO error: While open a file: {/d/db/LOCK}: Permission denied"),
        (.corruption, "Corruption: block checksum mismatch: type = 4  in {/d/db/9.sst} offset 0"),
        (.corruption, "Corruption: Sst file size mismatch: {/d/db/9.sst}. Size recorded 9, is 5"),
        (.corruption, "IO error: While open a file: {/d/db/9.sst}: No such file or directory"),
        (.tooManyOpenFiles, "IO error: While open a file: {/d/db/9.sst}: Too many open files"),
        (.readOnly, "Not implemented: Not supported operation in read only mode."),
        (.incompatible, "Not implemented: a newer thing"),
        (.notFound, "Invalid argument: /d/db: does not exist (create_if_missing is false)"),
        (.invalidArgument, "Invalid argument: Keys must be added in strict ascending order."),
        (.busy, "Resource busy: "),
        (.ioError, "IO error: While fdatasync: {/d/db/000004.log}: Input/output error"),
        (.ioError, "words that nobody knows"),
    ]

    @Test func shouldTellTheCauseByTheWords() {
        for (code, marked) in Self.texts {
            let parts = marked.split(whereSeparator: { $0 == "{" || $0 == "}" })
            let text = parts.joined()
            let error = StoreError(status: text, directory: "/d/db/")
            #expect(error.code == code, "\(text)")
            #expect(error.file == (marked.contains("{") ? String(parts[1]) : nil), "\(text)")
            #expect(error.reason == text)
        }
    }

    @Test func shouldSayWhatToDoForEveryCode() {
        for code in StoreError.Code.allCases {
            let error = StoreError(code, "it went wrong")
            #expect(!error.remedy.isEmpty)
            #expect(error.description == "it went wrong; \(error.remedy)")
            #expect(!(error.isFatal && error.isRetriable), "\(code)")
        }
    }

    @Test func shouldNameTheFileWhereTheReasonDoesNot() {
        let error = StoreError(.corruption, "damaged", file: "/d/x")
        #expect(error.description.hasPrefix("/d/x: damaged; "))
    }
}
