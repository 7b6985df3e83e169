package import GraphCore
internal import IdentityModel
internal import PartitionCore
internal import WireFormat

/// What a person can do about a store that cannot go on. Said in one place.
package enum Remedy {
    /// For a store that is damaged.
    package static let rebuild =
        "run 'kindred verify' to see what is damaged; then " + bringBack
    /// For a store that cannot even be opened.
    package static let bringBack =
        "bring a backup back into a new folder ('kindred restore'), or rebuild one by replaying "
        + "the events"
    /// For a partition whose checkpoint and log, kept by others, do not belong together.
    package static let restoreFromLog =
        "look whether cluster and topic are the store's own; then remove the partition's state, so "
        + "that it is made anew from a snapshot or the log's start"
    /// For a partition whose log does not reach back to any state that is known.
    package static let findSnapshot =
        "give --snapshots the folder that has this store's snapshots, or start a node whose data "
        + "folder still has the partition; else replay the events into topics of another prefix"
    /// For a store that this release has left behind.
    package static let upgradeByWay =
        "start a release before this one that knows both versions, which raises the store; then "
        + "this one"
    /// For a store of a later release.
    package static let upgrade = "use the release of kindred that wrote it, or a later one"
}

extension PartitionRuntime {
    /// A step's failure in the words of a store's.
    static func failure(_ error: StepError) -> StoreFailure {
        switch error {
        case .record(let wire):
            StoreFailure(
                wire.code == .newerFormat ? .newerFormat : .damaged, wire.reason,
                remedy: wire.code == .newerFormat ? Remedy.upgrade : Remedy.rebuild)
        case .state(let state): StoreFailure(state)
        case .foreignConfiguration:
            StoreFailure(
                .otherConfiguration,
                "the log holds records of another key, namespace table or normalisation",
                remedy: "restore the store's own node-key and store.json files")
        case .unknownLogic(let version, let known):
            StoreFailure(logic: version, of: "the log", known: known)
        case .unknownSender(let sender):
            StoreFailure(
                .otherConfiguration,
                "the log holds a message of partition \(sender.rawValue), which is not one of the "
                    + "others", remedy: "restore the store's own store.json file")
        }
    }
}

extension StoreFailure {
    /// A program that knows these versions of the machine's logic lacks the one that is in force.
    ///
    /// - Parameter what: where it is in force: "the log".
    package init(logic version: UInt64, of what: String, known: ClosedRange<UInt64>) {
        let release =
            known.count == 1 ? "\(known.lowerBound)" : "\(known.lowerBound) to \(known.upperBound)"
        let reason =
            "\(what) is at version \(version) of the logic, and this release knows \(release)"
        self =
            version > known.upperBound
            ? StoreFailure(.newerFormat, reason, remedy: Remedy.upgrade)
            : StoreFailure(.otherConfiguration, reason, remedy: Remedy.upgradeByWay)
    }

    /// A graph's failure in the words of a store's.
    package init(_ error: StateError) {
        switch error.code {
        case .damaged:
            self.init(.damaged, error.reason, remedy: Remedy.rebuild, isOfState: true)
        case .newerFormat: self.init(.newerFormat, error.reason, remedy: Remedy.upgrade)
        case .unreadable:
            self.init(
                .ioError, error.reason, remedy: "check the disk, then open the store again")
        }
    }
}
