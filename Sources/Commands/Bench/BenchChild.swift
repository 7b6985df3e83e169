internal import Foundation

/// A process of this same program, whose end and whose cost are known.
final class BenchChild {
    /// How a process ended, and what it used.
    struct End {
        /// Its exit status; 128 and the signal's number where one ended it.
        let status: Int32
        /// Seconds of processor, of all its threads.
        let processorSeconds: Double
        /// Seconds from its start to its end.
        let wallSeconds: Double
        /// What it printed on standard output.
        let output: Data
        /// What it printed on standard error.
        let errors: String
    }

    private let identifier: pid_t
    private let folder: String
    private let start = BenchUsage()
    private var input: Int32
    private var isReaped = false

    private static let mebibyte = 1 << 20

    /// Starts `kindred` with words, and settings that have no flag there. What it prints goes into
    /// files of a folder.
    init(
        _ words: [String], settings: [SettingKey: String] = [:], in folder: String
    ) throws(CommandEnd) {
        self.folder = folder
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Self.failed("pipe", errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        for (descriptor, name) in [(STDOUT_FILENO, "/output"), (STDERR_FILENO, "/errors")] {
            posix_spawn_file_actions_addopen(
                &actions, descriptor, folder + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        var arguments = (["kindred"] + words).map { strdup($0) } + [nil]
        var variables = Self.environment(settings).map { strdup($0) } + [nil]
        defer { for word in arguments + variables { free(word) } }
        var identifier: pid_t = 0
        // The program's own file, also where it was replaced while it runs.
        let code = posix_spawn(
            &identifier, "/proc/self/exe", &actions, nil, &arguments, &variables)
        close(ends[0])
        (self.identifier, input) = (identifier, ends[1])
        guard code == 0 else {
            isReaped = true
            throw Self.failed("start", code)
        }
    }

    deinit {
        if input >= 0 { close(input) }
        guard !isReaped else { return }
        kill(identifier, SIGKILL)
        waitpid(identifier, nil, 0)
    }

    /// This process's variables but for settings, and these settings.
    private static func environment(_ settings: [SettingKey: String]) -> [String] {
        let own = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("KINDRED_") }
        return own.map { "\($0.key)=\($0.value)" }
            + settings.map { "\($0.key.variable)=\($0.value)" }
    }

    private static func failed(_ what: String, _ number: Int32) -> CommandEnd {
        .failed(
            "cannot start this program once more (\(what): \(String(cString: strerror(number))))",
            remedy: "see to it that this user may start more processes")
    }

    /// Writes a part of a file to its standard input.
    ///
    /// - Throws: `CommandEnd` where it has ended, or the user has asked to stop.
    func write(_ path: String, _ range: Range<UInt64>) throws(CommandEnd) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw .failed("cannot read \(path)", remedy: "run the same again")
        }
        defer { try? file.close() }
        do {
            try file.seek(toOffset: range.lowerBound)
            var left = Int(range.upperBound - range.lowerBound)
            while left > 0, let bytes = try file.read(upToCount: min(left, Self.mebibyte)) {
                if let status = Interruption.status { throw CommandEnd(status) }
                try FileOutput.writeAll(Array(bytes), to: input)
                left -= bytes.count
            }
        } catch let end as CommandEnd {
            throw end
        } catch {
            throw .failed(
                "a process that was measured has ended: \(told("/errors"))",
                remedy: "run the same again")
        }
    }

    /// Waits until it has read all that was written, and rests.
    func waitUntilItRests() throws(CommandEnd) {
        var (quiet, last) = (0, UInt64.max)
        while quiet < Self.quietLooks {
            usleep(Self.lookMicroseconds)
            if let status = Interruption.status { throw CommandEnd(status) }
            var unread: Int32 = 0
            guard ioctl(input, UInt(FIONREAD), &unread) == 0, let ticks = processorTicks else {
                throw .failed(
                    "a process that was measured has ended: \(told("/errors"))",
                    remedy: "run the same again")
            }
            quiet = unread == 0 && ticks == last ? quiet + 1 : 0
            last = ticks
        }
    }

    /// How often nothing has changed when it is taken to rest, and how far apart: 0.5 s in all.
    private static let quietLooks = 5
    private static let lookMicroseconds: UInt32 = 100_000

    /// The processor's time that it has used, in the system's ticks; nil once it has ended.
    private var processorTicks: UInt64? {
        guard let line = ProcFile.lines("/proc/\(identifier)/stat").first,
            let name = line.lastIndex(of: ")")
        else { return nil }
        // Behind the name in brackets: state, then ten numbers, then utime and stime.
        let fields = line[line.index(after: name)...].split(separator: " ")
        guard fields.count > 12, fields[0] != "Z", let user = UInt64(fields[11]),
            let system = UInt64(fields[12])
        else { return nil }
        return user + system
    }

    /// Kills it, as a crash or the system for want of memory does.
    func crash() { kill(identifier, SIGKILL) }

    /// Closes its standard input, and waits for its end.
    ///
    /// - Throws: `CommandEnd` where the user has asked to stop; then it is killed.
    func finish() throws(CommandEnd) -> End {
        close(input)
        input = -1
        var (status, usage): (Int32, rusage) = (0, rusage())
        while wait4(identifier, &status, 0, &usage) < 0 {
            guard errno == EINTR, Interruption.status != nil else { continue }
            crash()
        }
        isReaped = true
        let wall = BenchUsage.since(start).wall
        if let status = Interruption.status { throw CommandEnd(status) }
        let signal = status & 0x7F
        return End(
            status: signal == 0 ? status >> 8 & 0xFF : 128 + signal,
            processorSeconds: usage.processorSeconds, wallSeconds: wall,
            output: FileManager.default.contents(atPath: folder + "/output") ?? Data(),
            errors: told("/errors"))
    }

    private func told(_ name: String) -> String {
        ProcFile.lines(folder + name).joined(separator: " ")
    }
}
