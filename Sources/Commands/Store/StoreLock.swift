internal import Foundation

/// The data folder is one process's at a time: a POSIX record lock on `LOCK`, which ends with the
/// process however it ends, and which tells who holds it.
final class StoreLock {
    private let descriptor: Int32

    /// Why a folder could not be locked.
    enum Failure: Error {
        /// Another process has it: its number, where the system tells it.
        case held(folder: String, by: pid_t?)
        /// The lock's file cannot be written.
        case unusable(CommandEnd)

        /// What a command ends with that needs the folder for itself.
        var end: CommandEnd {
            switch self {
            case .unusable(let end): return end
            case .held(let folder, let holder):
                let number = holder.map { " (\($0))" } ?? ""
                let isNode = holder.map { ServingFile.node(in: folder, heldBy: $0) != nil } ?? false
                return .failed(
                    "\(folder) is held by another process\(number)"
                        + (isNode ? ", a running node" : ""),
                    remedy: isNode
                        ? "stop the node, or work on a backup ('kindred backup' makes one while "
                            + "it runs)"
                        : "stop that process, or wait until it has finished")
            }
        }
    }

    /// Takes the lock of the folder.
    init(of folder: String) throws(Failure) {
        let path = folder + "/LOCK"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw .unusable(
                .failed(
                    "cannot write in \(folder): \(reason)",
                    remedy: "give this user the right to write there, or choose another --data"))
        }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        guard fcntl(descriptor, F_SETLK, &lock) == 0 else {
            lock.l_type = Int16(F_WRLCK)
            let holder = fcntl(descriptor, F_GETLK, &lock) == 0 ? lock.l_pid : 0
            // deinit runs, and closes the file: all that is stored is there.
            throw .held(folder: folder, by: holder > 0 ? holder : nil)
        }
    }

    /// Takes the lock of the folder.
    ///
    /// - Throws: `CommandEnd` that names the process that holds it.
    convenience init(folder: String) throws(CommandEnd) {
        do throws(Failure) {
            try self.init(of: folder)
        } catch {
            throw error.end
        }
    }

    deinit { close(descriptor) }
}

extension StoreLock {
    /// Who may be asked what a folder's store holds.
    enum Holder {
        /// This process, which now has the lock.
        case lock(StoreLock)
        /// The node that has it.
        case node(ServingFile, NodeAddress)
    }

    /// Takes the lock of the folder, which is made where there is none, or finds the node that
    /// holds it.
    ///
    /// - Throws: `CommandEnd` where neither is to be had.
    static func orNode(of folder: String) throws(CommandEnd) -> Holder {
        try StoreFolder.prepare(folder)
        do throws(Failure) {
            return .lock(try StoreLock(of: folder))
        } catch {
            if case .held(_, let holder?) = error,
                let serving = ServingFile.node(in: folder, heldBy: holder),
                let address = NodeAddress(serving.url)
            {
                return .node(serving, address)
            }
            throw error.end
        }
    }
}
