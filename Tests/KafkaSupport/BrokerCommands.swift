internal import Glibc
internal import TestSupport

/// The commands of a shell that take a real broker down and have it come back; its number is their
/// `$1`.
struct BrokerCommands {
    /// Takes a broker down, however rudely.
    let down: String
    /// Starts it again.
    let up: String

    /// Those that the environment names; nil: brokers cannot be stopped.
    static let named: BrokerCommands? = {
        guard let down = TestBudget.variable("KINDRED_TEST_BROKER_DOWN"),
            let up = TestBudget.variable("KINDRED_TEST_BROKER_UP")
        else { return nil }
        return BrokerCommands(down: down, up: up)
    }()

    /// Files that a test has open have lower numbers.
    private static let filesAtMost: Int32 = 4_096

    /// Runs a command for a broker; throws where it fails.
    static func run(_ command: String, _ broker: Int32) throws {
        let shell = ["/bin/sh", "-c", command, "sh", "\(broker)"]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        // A broker that it starts lives on, and must not hold what this process has open.
        for file in (STDERR_FILENO + 1)..<filesAtMost { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads that run tests may have signals blocked; a child inherits that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = shell.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        guard posix_spawn(&child, "/bin/sh", &actions, &attributes, &words, environ) == 0 else {
            throw RealClusterFailure(description: "cannot start: \(command)")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            throw RealClusterFailure(description: "wait status \(status): \(command)")
        }
    }
}
