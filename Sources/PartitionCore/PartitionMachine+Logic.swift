internal import IdentityModel
internal import WireFormat

// The version of the logic that records are folded by.
//
// A program knows one version of the machine's logic, or two that follow each other. Which of them
// is **in force** is said by the log, and kept in the header: version 1 at its start, and from a
// record on that says a greater one, that one. It never falls. So all who fold a log fold each
// record by the same logic, whatever they know besides; who lacks it stops there.
//
// A record says a version in two ways: as `.logic`, whose whole content that is, or in its head,
// where each writer puts the version that it meant. A record is never folded by less than its
// writer meant: what a later logic says (a message of a new kind) an earlier one may not
// understand. So a head above the version in force brings that version into force, the record
// itself included. It does happen, and is right: partitions are raised one after the other, and
// what one says that is raised comes to one that is not; routers go by the store's version, and
// may be ahead of a partition whose owner has not raised it yet. To refuse such a record would
// close the log for ever over a race. Heads below the version in force are as usual: what was
// written before, and comes behind.
//
// So nobody may write a greater version than all who fold the log know. Who says when that is so:
// of a store whose logs are its own the program that opens it to write, over Kafka the coordinator.
extension PartitionMachine {
    /// The versions of the logic that this program knows.
    package static let knownLogic: ClosedRange<UInt64> = 1...1
    /// The version in force where a log begins.
    package static let firstLogic: UInt64 = 1

    /// The version that a store may be raised to by who knows `known`, and shall not go beyond
    /// `limit`; nil: as far as it knows. Never less than the least that it knows.
    package static func raisedLogic(known: ClosedRange<UInt64>, limit: UInt64?) -> UInt64 {
        max(known.lowerBound, min(known.upperBound, limit ?? .max))
    }

    /// The version in force: what the head of a record says that comes of this partition. Of a log
    /// that begins it is one that this program knows: the first record brings it into force.
    package var logicVersion: UInt64 { max(header.logicVersion, knownLogic.lowerBound) }

    /// The version that a record is folded by, and that is in force from it on.
    ///
    /// - Throws: `StepError`: the program lacks that version, or none such ever was.
    func logic(of record: Record, _ head: RecordHead) throws(StepError) -> UInt64 {
        var (least, version) = (head.logicVersion, max(header.logicVersion, head.logicVersion))
        if case .logic(let said) = record {
            (least, version) = (min(least, said), max(version, said))
        }
        guard least > 0 else {
            throw .record(WireError(.damaged, "a log record says version 0 of the logic"))
        }
        guard knownLogic.contains(version) else {
            throw .unknownLogic(version: version, known: knownLogic)
        }
        return version
    }
}
