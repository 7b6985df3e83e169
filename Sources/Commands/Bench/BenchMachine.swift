internal import Foundation
internal import NodeRuntime

/// The machine that a benchmark ran on, as far as it tells.
struct BenchMachine: Encodable {
    /// Cores that this process may use.
    let cores = ProcessInfo.processInfo.activeProcessorCount
    /// The processor's name.
    let processor: String
    /// Bytes of memory.
    let memoryBytes = ProcessInfo.processInfo.physicalMemory
    /// The system's release.
    let kernel: String
    /// The load average over a minute, before.
    let loadBefore: Double
    /// The same, at the end, which includes what was measured.
    var loadAfter: Double?
    /// The version of RocksDB; nil where its file does not tell it.
    let rocksDB: String?
    /// Whether other work was there before.
    var isBusy: Bool { loadBefore > Self.busyLoad * Double(cores) }

    /// How much of the cores other work may take, by the load average, before it shows.
    private static let busyLoad = 0.25

    private enum CodingKeys: String, CodingKey {
        case cores, processor, kernel
        case memoryBytes = "memory_bytes"
        case loadBefore = "load_before"
        case loadAfter = "load_after"
        case rocksDB = "rocksdb"
        case isBusy = "is_busy"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cores, forKey: .cores)
        try container.encode(processor, forKey: .processor)
        try container.encode(kernel, forKey: .kernel)
        try container.encode(memoryBytes, forKey: .memoryBytes)
        try container.encode(loadBefore, forKey: .loadBefore)
        try container.encode(loadAfter, forKey: .loadAfter)
        try container.encode(rocksDB, forKey: .rocksDB)
        try container.encode(isBusy, forKey: .isBusy)
    }

    /// This one, now.
    init() {
        let lines = ProcFile.lines("/proc/cpuinfo")
        let model = lines.first { $0.hasPrefix("model name") }
        processor =
            model?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
        kernel = ProcFile.lines("/proc/sys/kernel/osrelease").first ?? "unknown"
        loadBefore = Self.load
        // Its library's file bears the version.
        let libraries = ProcFile.lines("/proc/self/maps").lazy
        rocksDB = libraries.compactMap { $0.firstMatch(of: /librocksdb\.so\.([0-9.]+)/) }
            .first.map { String($0.1) }
    }

    /// The load average over the last minute; 0 where it is not told.
    static var load: Double {
        var loads = [0.0]
        return getloadavg(&loads, 1) == 1 ? (loads[0] * 100).rounded() / 100 : 0
    }
}

/// A file that the system makes of what it knows.
enum ProcFile {
    /// Its lines; none where it cannot be read.
    static func lines(_ path: String) -> [String] {
        // Not as one whole: Foundation takes the first page alone of a file without a size.
        guard let bytes = try? FileHandle(forReadingAtPath: path)?.readToEnd() else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

extension rusage {
    /// Seconds of processor, the system's work for it included.
    var processorSeconds: Double {
        [ru_utime, ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}

/// What this process has used so far.
struct BenchUsage {
    /// The time, in nanoseconds.
    let nanoseconds: UInt64
    /// Seconds of processor, of all threads.
    let processorSeconds: Double
    /// Bytes that it had the system write to disks; nil where that is not told.
    let writtenBytes: UInt64?

    /// Now.
    init() {
        writtenBytes = ProcFile.lines("/proc/self/io").first { $0.hasPrefix("write_bytes:") }
            .flatMap { $0.split(separator: " ").last }.flatMap { UInt64($0) }
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        processorSeconds = usage.processorSeconds
        nanoseconds = MonotonicTime.system.nanoseconds()
    }

    /// The bytes of memory that this process has, resident; 0 where that is not told.
    static var residentBytes: UInt64 {
        let fields = ProcFile.lines("/proc/self/statm").first?.split(separator: " ") ?? []
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
        return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// What was used since `start`: seconds of wall, seconds of processor.
    static func since(_ start: BenchUsage) -> (wall: Double, processor: Double, written: UInt64?) {
        let now = BenchUsage()
        let written = now.writtenBytes.flatMap { end in start.writtenBytes.map { end - $0 } }
        return (
            Double(now.nanoseconds - start.nanoseconds) / 1e9,
            now.processorSeconds - start.processorSeconds, written
        )
    }
}
