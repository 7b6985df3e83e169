import Foundation
import NodeRuntime
import TestSupport
import Testing

/// How a process ended, and what it printed.
struct Finished {
    /// The exit status; 128 and the signal's number where a signal ended it.
    let status: Int32
    /// Standard output.
    let output: [UInt8]
    /// Standard error.
    let errors: String

    /// Standard output as text.
    var text: String { String(decoding: output, as: UTF8.self) }
    /// The lines of standard output.
    var lines: [String] { text.split(separator: "\n").map(String.init) }
    /// Standard output as one JSON value.
    var json: JSONValue {
        get throws { try JSONValue(output) }
    }
}

/// A process with pipes for its standard files, of whose blocking nothing can block the test.
final class ChildProcess {
    /// The process's number.
    let identifier: pid_t
    private var input: Int32
    private var output: Int32
    private var errors: Int32
    private var seenErrors: [UInt8] = []
    private var seenOutput: [UInt8] = []
    /// How it ended, as waitpid tells; nil until it has been waited for.
    private var ended: Int32?

    /// Held from where a pipe is made until it is closed to children, and where one is started.
    static let spawning = NSLock()
    private static let ignoresClosedPipes: Void = { signal(SIGPIPE, SIG_IGN) }()

    /// Starts a program. What the caller has open is not handed down.
    init(_ words: [String], environment: [String: String], folder: String) throws {
        _ = Self.ignoresClosedPipes
        // Held until the child has its ends: no other child is to get them too.
        Self.spawning.lock()
        defer { Self.spawning.unlock() }
        let pipes = try (0..<3).map { _ in try Self.makePipe() }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipes[0].reading, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipes[1].writing, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipes[2].writing, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        // The threads that run tests may have signals blocked; a child inherits that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))

        let command = ["/usr/bin/env", "-C", folder] + words
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] =
            environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        var identifier: pid_t = 0
        let code = posix_spawn(
            &identifier, command[0], &actions, &attributes, &arguments, &variables)
        for end in [pipes[0].reading, pipes[1].writing, pipes[2].writing] { close(end) }
        (input, output, errors) = (pipes[0].writing, pipes[1].reading, pipes[2].reading)
        // 0 where there is no process: deinit runs for this object too, as all of it is set.
        self.identifier = code == 0 ? identifier : 0
        try #require(code == 0, "cannot start \(words[0]): \(String(cString: strerror(code)))")
        for end in [input, output, errors] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }

    deinit {
        end()
        for end in [input, output, errors] where end >= 0 { close(end) }
    }

    private static func makePipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        let code = pipe(&ends)
        try #require(code == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Sends a signal, unless the process has been waited for: its number may be another's then.
    func send(_ signal: Int32) {
        if identifier > 0, ended == nil { kill(identifier, signal) }
    }

    /// Kills the process, unless it has been waited for, and waits for it: none is left behind.
    func end() {
        guard identifier > 0 else { return }
        send(SIGKILL)
        _ = wait()
    }

    /// Waits for the process's end, once; what waitpid said of it.
    private func wait() -> Int32 {
        if let ended { return ended }
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        ended = status
        return status
    }

    /// Closes this end of the process's standard output.
    func closeOutput() {
        close(output)
        output = -1
    }

    /// Writes to the process's standard input, reading what it prints meanwhile; whether it took
    /// all before it closed its end.
    func write(_ bytes: [UInt8], timeout: Double = 60) -> Bool {
        var place = 0
        let end = Self.seconds() + timeout
        while place < bytes.count, Self.seconds() < end {
            let count = bytes[place...].withUnsafeBytes {
                Foundation.write(input, $0.baseAddress, $0.count)
            }
            if count > 0 {
                place += count
            } else if errno == EAGAIN {
                poll(forInput: true)
            } else {
                return false
            }
        }
        return place == bytes.count
    }

    /// Closes the process's standard input.
    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// Waits until `isTrue` of what was printed on standard error so far.
    func waitForErrors(timeout: Double = 60, _ isTrue: (String) -> Bool) -> Bool {
        let end = Self.seconds() + timeout
        while Self.seconds() < end {
            if isTrue(String(decoding: seenErrors, as: UTF8.self)) { return true }
            if errors < 0 { return false }
            poll(forInput: false)
        }
        return false
    }

    /// Waits until the process minds SIGINT and has read all that was written to it, or into the
    /// pipe whose other end is `pipe`; whether it came to that.
    func waitUntilItWaits(readingFrom pipe: Int32? = nil, timeout: Double = 60) -> Bool {
        let end = Self.seconds() + timeout
        while Self.seconds() < end {
            var unread: Int32 = -1
            let status = try? String(
                contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
            let caught = status?.firstMatch(of: /SigCgt:\s*([0-9a-f]+)/)
                .flatMap { UInt64($0.1, radix: 16) }
            if let caught, caught & (1 << UInt64(SIGINT - 1)) != 0,
                ioctl(pipe ?? input, UInt(FIONREAD), &unread) == 0, unread == 0
            {
                return true
            }
            poll(forInput: false)
        }
        return false
    }

    /// How long a process may take, in seconds, beside others; nightly ones do more.
    private static let patience: Double = TestBudget.isNightly ? 1_200 : 300

    /// Waits for the end of the process; kills it when the time is over, which is an issue.
    func finish(timeout: Double = ChildProcess.patience) throws -> Finished {
        closeInput()
        let end = Self.seconds() + timeout
        while output >= 0 || errors >= 0 {
            if Self.seconds() > end {
                Issue.record("the process did not end within \(timeout) s")
                send(SIGKILL)
                break
            }
            poll(forInput: false)
        }
        let status = wait()
        let signal = status & 0x7F
        return Finished(
            status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: seenOutput,
            errors: String(decoding: seenErrors, as: UTF8.self))
    }

    // MARK: Pipes

    /// Waits a little for something to read, or for room to write; reads what there is.
    private func poll(forInput: Bool) {
        var entries: [pollfd] = []
        if output >= 0 { entries.append(pollfd(fd: output, events: Int16(POLLIN), revents: 0)) }
        if errors >= 0 { entries.append(pollfd(fd: errors, events: Int16(POLLIN), revents: 0)) }
        if forInput { entries.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0)) }
        _ = Foundation.poll(&entries, nfds_t(entries.count), 50)
        Self.drain(&output, into: &seenOutput)
        Self.drain(&errors, into: &seenErrors)
    }

    private static func drain(_ end: inout Int32, into bytes: inout [UInt8]) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while end >= 0 {
            let count = read(end, &buffer, buffer.count)
            if count > 0 {
                bytes += buffer[..<count]
            } else if count == 0 {
                close(end)
                end = -1
            } else {
                return  // EAGAIN: nothing for now.
            }
        }
    }

    private static func seconds() -> Double {
        Double(MonotonicTime.system.nanoseconds()) / 1e9
    }
}
