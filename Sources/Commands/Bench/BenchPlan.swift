internal import Foundation
internal import NodeRuntime
internal import RetailWorkload

/// What a benchmark measures, and on what.
struct BenchPlan {
    /// Links of the retail stream.
    var links: Int
    /// Partitions of every store.
    var partitions: UInt16
    /// The memory of a process with a store.
    var memory: MemoryBudget
    /// What is acknowledged survives.
    var durability: Durability
    /// How often everything is measured.
    var rounds: Int
    /// Which stream.
    var seed: UInt64
    /// The phases, in their own order.
    var phases: [BenchPhase]

    /// Streams for which goals are judged: they are stated for 10 M links, and a million do not
    /// fit into caches either.
    static let judgedLinks = 1_000_000
    /// Links for which the goal for opening is stated.
    static let largeLinks = 10_000_000
    /// The most rounds.
    static let maximumRounds = 1_000

    /// Bytes on disk for each link at the worst moment, over what was measured: the file, a store
    /// with what compactions have not let go yet, and the samples.
    static let diskBytesPerLink: UInt64 = 900
    /// What a store takes however small it is, and the customer that is cut apart.
    static let diskBytes: UInt64 = 400 << 20

    /// The members of the customer whose links are cut.
    static let largestCustomer = 250_000

    func measures(_ phase: BenchPhase) -> Bool { phases.contains(phase) }

    /// How a store of this plan is opened.
    func request(_ folder: String) -> StoreRequest {
        var request = StoreRequest(folder: folder)
        request.partitions = partitions
        request.durability = durability
        request.memory = memory
        request.raisesLogic = true
        return request
    }

    /// The same for a child's command line.
    func storeWords(_ folder: String) -> [String] {
        [
            "--data", folder, "--partitions", "\(partitions)", "--durability",
            durability.rawValue, "--memory", "\(memory.totalBytes)",
        ]
    }

    /// A goal for streams of a million links and more, under a further condition.
    func goal(_ bound: BenchGoal.Bound, _ value: Double, when condition: Bool = true) -> BenchGoal {
        BenchGoal(bound: bound, value: value, applies: links >= Self.judgedLinks && condition)
    }

    /// A rate that one core should reach, where nothing waits for a disk.
    func rateGoal(_ value: Double) -> BenchGoal {
        goal(
            .atLeast, durability == .fsync ? value * Self.syncedShare : value,
            when: partitions == 1)
    }

    /// What is left of a rate where every group of events is synced.
    private static let syncedShare = 0.6

    /// Refuses to begin where the disk would be full before the end.
    func checkRoom(in folder: String) throws(CommandEnd) {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else {
            throw .failed(
                "cannot look at the disk of \(folder): \(String(cString: strerror(errno)))",
                remedy: "name a folder that there is with --data")
        }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        let needed = Self.diskBytes + UInt64(links) * Self.diskBytesPerLink
        guard free < needed else { return }
        throw .failed(
            "\(links) links take up to \(ByteText.print(needed)), and the disk of \(folder) has "
                + "\(ByteText.print(free)) free",
            remedy: "name a folder on a larger disk with --data, or fewer --links")
    }
}
