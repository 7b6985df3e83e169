#if Mutants
/// A rule of the protocol that is broken on purpose, to see that a seeded run tells. Built with the
/// package trait `Mutants` alone; a place that has a mutant says so in `#if Mutants`.
///
/// The numbers go on where those of the ordering contract (`ContractMutant`, in the simulation)
/// end. A number is not given twice: what a mutant was found by is written down by number.
package enum Mutant: Int, Sendable, CaseIterable {
    // MARK: Numbers and versions

    /// A delivery is applied though one before it is missing: no next-only check upwards.
    case gapsAreSkipped = 21
    /// The last delivery of a sender is applied again when it comes again: none downwards.
    case repeatsAreApplied
    /// A directory believes the assign that comes last, whatever its version.
    case assignWithoutVersion
    /// A component believes the edge message that comes last, whatever its version.
    case edgeWithoutVersion
    /// A member moves and keeps its version.
    case memberVersionStays
    /// A message that follows a forwarding pointer forgets the directory's version it left with.
    case viaVersionIsDropped
    /// A snapshot forgets which deliveries were seen.
    case seenIsNotStored
    /// A snapshot forgets how many deliveries were sent.
    case sentIsNotStored

    // MARK: Joining

    /// A merge whose link was cut on the way is left as it is.
    case cutIsForgotten
    /// What stands alone, for the side that it was to join has split away, does not try again.
    case linkIsNotAskedAgain
    /// A state lands in the component that it was addressed to, though its side has split away.
    case absorbedByTheWrongSide
    /// A state that finds its side gone is dropped.
    case strandedStateIsDropped
    /// Rank is the present size, so that an old one is no lower bound.
    case rankFallsAtSplit
    /// Components of one rank take each other for the greater: the id does not decide.
    case rankWithoutID
    /// A component has members of another partition come and does not tell it.
    case localMergeIsNotTold
    /// Of two words of one time the one that comes last stands.
    case tiesByArrival

    // MARK: Finding the way

    /// A message for a node in flight goes from home to host and back until the node is there.
    case noParking
    /// What was parked is forgotten when the node is assigned anew.
    case parkedIsForgotten
    /// What was parked stays so where the node has come to a component of its own home.
    case parkedStaysAtHome
    /// A join to a node that nobody has named yet waits for somebody who does.
    case joinMakesNoNode
    /// A sighting that finds its member gone is dropped, not sent on.
    case seenIsNotSentOn

    // MARK: What travels

    /// A member moves without its value.
    case valueStaysBehind
    /// A member moves without the time at which it was first seen.
    case firstSeenStaysBehind
    /// Each page is absorbed as it comes, before the last one is there.
    case pagesAreAppliedAtOnce
    /// The last page is taken for the end, and the edges that it holds are lost.
    case tornPages
    /// Each page goes where the component has gone by then, not where the first one went.
    case pagesFollowThePointer
    /// A state that is sent on keeps the name of another transfer.
    case transferIsNotRenamed
    /// Members are told of in the order of a hash table.
    case hashOrder

    // MARK: Checkpoints and memory

    /// Forwarding pointers are not in a checkpoint.
    case pointersAreNotStored
    /// Parked messages are not in a checkpoint.
    case parkedIsNotStored
    /// Pages that wait for the last are not in a checkpoint.
    case stagedIsNotStored
    /// Pages that wait to go are not in a checkpoint.
    case outgoingIsNotStored
    /// What the store still holds of a component that has gone is believed.
    case goneComponentIsBelieved
    /// A member that comes into a component in rows is taken to have all its edges in memory.
    case newcomersLackNothing
    /// The search for another path takes a member that was let go for a stranger.
    case evictedEndIsAStranger
    /// The search for another path looks at the edges in memory alone.
    case searchSeesMemoryOnly
    /// A pair's edge that was let go is taken for one that was never there.
    case evictedEdgeIsUnknown
    /// Which side splits away follows how far the search has come, and so what is in memory.
    case splitFollowsTheCache
    /// What the store still holds of a member that has left a component in rows is believed.
    case goneMemberIsBelieved

    // MARK: The feed

    /// A customer's versions are counted where it is hosted, and begin again where it moves.
    case versionsCountedAtHost
    /// A member moves without word that its customer is live.
    case namesStaysBehind
    /// What arrives is taken for told.
    case arrivalsAreNotTold
    /// Those that left a customer are told nowhere.
    case departedIsForgotten
    /// Who left and came back before the tick is told as gone.
    case returnedIsGone
    /// What was told counts on though the member that it was told of has left.
    case toldOutlivesItsMember
    /// A checkpoint does not say which components the next tick must look at.
    case touchedIsNotStored
    /// A checkpoint does not say which members are untold.
    case untoldIsNotStored
    /// The list of untold members is taken for whole though the partition was opened since.
    case untoldListIsTrusted
    /// A customer that is told as a whole is told as far as it is in memory.
    case absentIsNotTold

    // MARK: Profiles

    /// A member moves without its fragment.
    case fragmentStaysBehind
    /// A fragment that arrives stays as the rules of its sender made it.
    case arrivalIsNotConverted
    /// A sighting that leads elsewhere loses what was observed.
    case observationIsNotSentOn
    /// A checkpoint does not say what a customer was told to be.
    case toldProfileIsNotStored
    /// The fold that is kept of a component in rows counts those who have left.
    case foldOutlivesItsMember
    /// New rules are not brought to components in rows.
    case sweepPassesRows
    /// A checkpoint does not say how far new rules were brought.
    case sweepIsNotStored

    // MARK: Bundles

    /// Deliveries that come together are known where the first of them is.
    case bundleIsKnownByItsFirst
    /// Of deliveries that come together the first alone is counted.
    case bundleIsCountedAsOne

    // nonisolated(unsafe): set once, before any seed is played on any thread.
    nonisolated(unsafe) private static var chosen: Mutant?

    /// The mutant of this process; nil: none.
    package static var current: Mutant? {
        unsafe chosen  // See above.
    }

    /// Breaks the rule in this process. To be called once, before anything is folded.
    package static func plant(_ mutant: Mutant) {
        unsafe chosen = mutant  // See above.
    }

    /// Whether this is the mutant of this process.
    @inline(__always)
    package var isPlanted: Bool { Self.current == self }
}
#endif
