internal import ArgumentParser

/// A part of the benchmark suite.
enum BenchPhase: String, CaseIterable, ExpressibleByArgument, Encodable {
    case replay, repeats, resolve, unlink, restart, checkpoint, memory, disk, partitions, tight

    /// What it measures, on a line.
    var explanation: String {
        switch self {
        case .replay: "a retail file, from parsing to durable and checkpointed"
        case .repeats: "the same file again: every link is known"
        case .resolve: "customers of identifiers in memory: on the thread, by mailbox"
        case .unlink: "links taken back: of retail customers, and inside one of 250,000"
        case .restart: "ready again after kill -9 with a full tail behind the checkpoint"
        case .checkpoint: "how long checkpoints stop the writer during the replay"
        case .memory: "bytes for each identifier that is in memory"
        case .disk: "bytes on disk, and bytes written by the replay, for each link"
        case .partitions: "the file into two partitions, beside the same into one"
        case .tight: "the file into a tenth of the memory that its graph would take"
        }
    }

    /// Whether it is measured on the store that the stream fills.
    var usesRetailStore: Bool {
        switch self {
        case .restart, .partitions, .tight: false
        default: true
        }
    }

    /// The phases with their explanations, a line each.
    static var list: [String] {
        allCases.map { $0.rawValue.padding(to: 12) + $0.explanation }
    }
}
