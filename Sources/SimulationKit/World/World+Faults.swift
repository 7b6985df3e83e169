internal import IdentityModel
internal import PartitionCore
internal import RetailWorkload
internal import WireFormat

// Checkpoints, and what goes wrong.
extension World {
    // MARK: Checkpoints

    /// An owner cuts a checkpoint at its position.
    func beginCheckpoint(_ partition: Int) throws(Violation) {
        let owner = owners[partition]
        let begun = owner.candidates.last?.position ?? snapshots[partition].last?.position ?? 0
        guard owner.position > begun else { return }
        owner.candidates.append(owner.snapshot())
        if mutant == .doneTooEarly { try sayDone(owner.position, in: partition) }
    }

    private func sayDone(_ position: Int, in partition: Int) throws(Violation) {
        try append(
            RecordCodec.encode(.done(offset: UInt64(position)), Identifiers.head), to: partition)
    }

    /// An owner stores the checkpoints that may be stored, says so in its log, and trims it.
    func finishCheckpoints(_ partition: Int) throws(Violation) {
        let owner = owners[partition]
        while let candidate = owner.candidates.first, mayStore(candidate, partition) {
            owner.candidates.removeFirst()
            snapshots[partition].append(candidate)
            if snapshots[partition].count > Self.snapshotsKept {
                snapshots[partition].removeFirst()
            }
            tell("checkpoint of \(partition) at \(candidate.position)")
            try sayDone(candidate.position, in: partition)
            trim(partition)
        }
    }

    /// All before its position is durable, and so is all that came of it, where it went.
    private func mayStore(_ candidate: Snapshot, _ partition: Int) -> Bool {
        if mutant == .checkpointBeforeArrival { return true }
        guard candidate.position <= logs[partition].durable else { return false }
        guard candidate.changes <= feed.arrived[partition] else { return false }
        let receivers = mutant == .arrivalBeforeDurable ? owners : witnesses
        return candidate.sent.indices.allSatisfy {
            $0 == partition || receivers[$0].seen(from: partition) >= candidate.sent[$0]
        }
    }

    /// The last number of a sender's in a receiver's log, without a gap and durable.
    func arrived(from sender: Int, at receiver: Int) -> UInt64 {
        witnesses[receiver].seen(from: sender)
    }

    private func trim(_ partition: Int) {
        let kept = snapshots[partition]
        var needed = kept[mutant == .trimBehindNewest ? kept.count - 1 : 0].position
        if !standbys.isEmpty { needed = min(needed, standbys[partition].position) }
        logs[partition].trim(before: needed)
    }

    // MARK: Faults

    /// The owner dies; one that a snapshot gives folds the log again, and sends again.
    func restart(_ partition: Int) throws(Violation) {
        tell("restart of \(partition)")
        let old = owners[partition]
        network.cut(old.number) { chance.next(below: $0 + 1) }
        owners[partition] = try restored(partition)
        try checkHeld(owners[partition])
        guard mutant == .mutedRestart else { return }
        _ = try owners[partition].fold(logs[partition], before: old.position) { _ in }
        owners[partition].waiting.removeAll()
    }

    /// The standby becomes owner, and first sends all since the last `done`.
    func takeOver(_ partition: Int, oldLivesOn: Bool) throws(Violation) {
        tell("takeover of \(partition)\(oldLivesOn ? " and the old owner lives on" : "")")
        let old = owners[partition]
        owners[partition] = standbys[partition]
        standbys[partition] = try restored(partition)
        if oldLivesOn {
            zombies.append(old)
        } else {
            network.cut(old.number) { chance.next(below: $0 + 1) }
        }
        _ = try release(owners[partition])
    }

    /// Every partition at once loses what is in memory, and of its log a tail that is not durable.
    func losePower() throws(Violation) {
        tell("power loss")
        network.clear()
        for partition in all {
            let log = logs[partition]
            let least = mutant == .syncIsALie ? log.base : log.durable
            let kept = least + chance.next(below: log.end - least + 1)
            refused += try logs[partition].cut(at: kept)
            try require(
                snapshots[partition].allSatisfy { $0.position <= kept },
                "a log's tail is lost: a checkpoint of \(partition) stands behind it")
        }
        for partition in all {
            owners[partition] = try restored(partition)
            try checkHeld(owners[partition])
            try sync(partition)
        }
        repeat {
            for partition in all { _ = try advance(partition) }
        } while try upgrade()
        for owner in owners {
            for receiver in all where receiver != owner.partition {
                try require(
                    arrived(from: owner.partition, at: receiver) <= owner.sent(to: receiver),
                    "a log's tail is lost: partition \(receiver) has seen what "
                        + "\(owner.partition) never sent")
            }
        }
    }

    /// What a snapshot needs of its log must be there.
    private func checkHeld(_ replica: Replica) throws(Violation) {
        try require(
            replica.position >= logs[replica.partition].base,
            "the log was trimmed behind a snapshot of \(replica.partition)")
    }

    // MARK: Pointers

    /// Pointers go by a record only: every replica loses them at the same place.
    func collect(_ partition: Int) throws(Violation) {
        let pointers = witnesses[partition].collectablePointers(limit: 8)
        guard !pointers.isEmpty else { return }
        let count = 1 + chance.next(below: pointers.count)
        if mutant == .pointersCollectedLocally {
            return owners[partition].collect(Array(pointers.prefix(count)))
        }
        try append(
            RecordCodec.encode(.collect(Array(pointers.prefix(count))), Identifiers.head),
            to: partition)
    }
}
