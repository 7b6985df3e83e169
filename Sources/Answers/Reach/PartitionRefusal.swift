package import IdentityModel
package import NodeRuntime

/// Why another node gives no answer, as a word between nodes. Words never change; reasons stay in
/// the log of the node that refuses, since they may name its files.
package enum PartitionRefusal: String, Error, CaseIterable, Sendable {
    /// It does not know the question's kind: it is of an older release.
    case notSupported = "not_supported"
    /// It cannot read the question, or the question makes no sense.
    case badQuestion = "bad_question"
    /// What it answered cannot be read.
    case badAnswer = "bad_answer"
    /// The question or its answer is longer than `WireLimits` says.
    case tooLarge = "too_large"
    /// It has too much to do.
    case overloaded
    /// There was no answer in time.
    case deadlinePassed = "deadline_passed"
    /// A position was not reached in time, or a state is under way for too long.
    case pending
    /// It does not serve the partition (any more), or is not reached.
    case closed
    /// Another process holds its store.
    case held
    /// Its store may not be written.
    case readOnly = "read_only"
    /// It has no room left.
    case noSpace = "no_space"
    /// Its store is damaged.
    case damaged
    /// Its store was written by a later release.
    case newerFormat = "newer_format"
    /// Its store belongs to another key or other settings.
    case otherConfiguration = "other_configuration"
    /// Its operating system or database said no.
    case ioError = "io_error"

    /// The refusal of that word; one that a later release says is not known here.
    package init(word: String) { self = PartitionRefusal(rawValue: word) ?? .closed }

    /// What a refusal of this node is to others.
    package init(_ error: ServingError) {
        switch error {
        case .overloaded: self = .overloaded
        case .deadlinePassed: self = .deadlinePassed
        case .pending: self = .pending
        case .closed, .partitionClosed: self = .closed
        case .store(let failure): self = Self(failure.code)
        case .stalePathCursor, .malformed: self = .badQuestion
        case .refused(let word, _): self.init(word: word)
        }
    }

    private init(_ code: StoreFailure.Code) {
        self =
            switch code {
            case .held: .held
            case .readOnly: .readOnly
            case .noSpace: .noSpace
            case .damaged: .damaged
            case .newerFormat: .newerFormat
            case .otherConfiguration: .otherConfiguration
            case .ioError: .ioError
            }
    }

    /// The refusal as whoever asked this node hears it.
    package func error(of partition: PartitionID) -> ServingError {
        let holder = "the node that answers for partition \(partition.rawValue)"
        switch self {
        case .overloaded: return .overloaded
        case .deadlinePassed: return .deadlinePassed
        case .pending: return .pending
        case .closed: return .closed
        case .notSupported:
            return refused("\(holder) is of an older release: update it, then ask again")
        case .badQuestion:
            return refused("\(holder) cannot read the question: run one release on all nodes")
        case .badAnswer:
            return refused("\(holder) gave what cannot be read: run one release on all nodes")
        case .tooLarge: return refused("the answer is too large: ask for a smaller page")
        case .held: return failed(.held, holder)
        case .readOnly: return failed(.readOnly, holder)
        case .noSpace: return failed(.noSpace, holder)
        case .damaged: return failed(.damaged, holder)
        case .newerFormat: return failed(.newerFormat, holder)
        case .otherConfiguration: return failed(.otherConfiguration, holder)
        case .ioError: return failed(.ioError, holder)
        }
    }

    private func refused(_ message: String) -> ServingError {
        .refused(word: rawValue, message: message)
    }

    private func failed(_ code: StoreFailure.Code, _ holder: String) -> ServingError {
        .store(
            StoreFailure(
                code, "\(holder) says \(rawValue) of its store",
                remedy: "its log says why, and what to do"))
    }
}
