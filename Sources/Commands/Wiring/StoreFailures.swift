internal import NodeRuntime
internal import RocksStore

extension StoreFailure {
    /// A database's error in the words of a store's.
    init(_ error: StoreError) {
        let code: Code =
            switch error.code {
            case .lockHeld, .busy: .held
            case .readOnly, .permissionDenied: .readOnly
            case .noSpace: .noSpace
            case .corruption, .notFound: .damaged
            case .incompatible: .newerFormat
            default: .ioError
            }
        let isNamed = error.file.map { error.reason.contains($0) } ?? true
        // A store's databases are made with it: one that is not there is lost.
        self.init(
            code, isNamed ? error.reason : "\(error.file ?? ""): \(error.reason)",
            remedy: code == .damaged ? Remedy.bringBack : error.remedy,
            isOfState: code == .damaged)
    }
}

/// Calls the database and gives its errors in the words of a store's.
func storing<Answer: ~Copyable>(
    _ body: () throws(StoreError) -> Answer
) throws(StoreFailure) -> Answer {
    do throws(StoreError) {
        return try body()
    } catch {
        throw StoreFailure(error)
    }
}
