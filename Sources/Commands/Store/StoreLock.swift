internal import Foundation

/// The data folder is one process's at a time: a POSIX record lock on `LOCK`, which ends with the
/// process however it ends, and which tells who holds it.
final class StoreLock {
    private let descriptor: Int32

    /// Takes the lock of the folder.
    ///
    /// - Throws: `CommandEnd` that names the process that holds it.
    init(folder: String) throws(CommandEnd) {
        let path = folder + "/LOCK"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw .failed(
                "cannot write in \(folder): \(reason)",
                remedy: "give this user the right to write there, or choose another --data")
        }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard fcntl(descriptor, F_SETLK, &lock) == 0 else {
            lock.l_type = Int16(F_WRLCK)
            let holder = fcntl(descriptor, F_GETLK, &lock) == 0 ? lock.l_pid : 0
            close(descriptor)
            throw .failed(
                "\(folder) is held by another process" + (holder > 0 ? " (\(holder))" : ""),
                remedy: "stop that process, or wait until it has finished")
        }
    }

    deinit { close(descriptor) }
}
