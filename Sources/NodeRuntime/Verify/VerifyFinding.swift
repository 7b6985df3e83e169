/// One thing in a partition's store that contradicts its own evidence.
package struct VerifyFinding: Equatable, Sendable {
    /// What kind of fault it is. The raw values are a promise to users: stable words that programs
    /// count and filter by.
    package enum Code: String, Sendable, CaseIterable {
        // MARK: Keys and values

        /// A key that no release writes.
        case unknownKey = "unknown_key"
        /// A value that is not what its key says it is.
        case undecodableValue = "undecodable_value"
        /// A value that a later release wrote.
        case newerFormat = "newer_format"

        // MARK: The header

        /// There are entries, but nothing says what they are a checkpoint of.
        case headerMissing = "header_missing"
        /// The header contradicts itself.
        case headerImplausible = "header_implausible"
        /// A counter differs from what was counted.
        case counterMismatch = "counter_mismatch"
        /// A component id is beyond the last one that the header says was minted.
        case mintedTooLow = "minted_too_low"
        /// The evidence digest differs from the recomputed one.
        case evidenceDigestMismatch = "evidence_digest_mismatch"
        /// The component digest differs from the recomputed one.
        case componentDigestMismatch = "component_digest_mismatch"

        // MARK: The name tables

        /// A name table is not numbered from 1 to the header's count.
        case nameTableMismatch = "name_table_mismatch"
        /// Two numbers of a table have one name.
        case nameDuplicate = "name_duplicate"
        /// A name that no event may have.
        case nameInvalid = "name_invalid"
        /// A member's namespace has no name.
        case namespaceUnknown = "namespace_unknown"
        /// A register's source has no name.
        case sourceUnknown = "source_unknown"

        // MARK: Evidence

        /// A home in rows has more or fewer of them than its head says.
        case pairCountMismatch = "pair_count_mismatch"
        /// A home is in rows with few pairs, or in one value with many.
        case homeFormMismatch = "home_form_mismatch"
        /// The row of a pair whose home is not in rows.
        case pairOrphan = "pair_orphan"
        /// A pair of which no source says anything.
        case pairEmpty = "pair_empty"
        /// A pair's registers do not rise by (source, kind), or one stands twice.
        case registersUnordered = "registers_unordered"
        /// A time outside the years 1 to 9999.
        case timeOutOfRange = "time_out_of_range"
        /// A pair's least link time is later than a link, or stands without one.
        case leastLinkTimeMismatch = "least_link_time_mismatch"
        /// A pair's registers do not give its stored liveness.
        case livenessMismatch = "liveness_mismatch"
        /// A pair's version does not fit its liveness: it rises with each turn, from 0 for dead.
        case pairVersionMismatch = "pair_version_mismatch"
        /// An end of a linked pair does not exist as an identifier.
        case endMissing = "end_missing"

        // MARK: Components

        /// A component id that another partition, or nobody, minted.
        case componentForeign = "component_foreign"
        /// A component has rows and no head.
        case componentHeadMissing = "component_head_missing"
        /// The row of a member or an edge whose component is not in rows.
        case rowOrphan = "row_orphan"
        /// A component's rows hold more or fewer members than its head says.
        case memberCountMismatch = "member_count_mismatch"
        /// A component's rows hold more or fewer edges than its head says.
        case edgeCountMismatch = "edge_count_mismatch"
        /// The head of a component in rows has another sum than its members.
        case memberSumMismatch = "member_sum_mismatch"
        /// The rows of the ranks are not those of the members.
        case rankRowMismatch = "rank_row_mismatch"
        /// The rows by greater end are not those of the live edges.
        case backEdgeMismatch = "back_edge_mismatch"
        /// A component whose members are all elsewhere, as their homes say.
        case componentStale = "component_stale"
        /// A component whose members no live pairs connect.
        case componentDisconnected = "component_disconnected"
        /// A component that live pairs lead out of.
        case componentIncomplete = "component_incomplete"
        /// The anchor is not the least member.
        case anchorMismatch = "anchor_mismatch"
        /// The rank is less than the present size, or more than there are identifiers.
        case rankMismatch = "rank_mismatch"

        // MARK: Members

        /// A member without a home.
        case homeMissing = "home_missing"
        /// A member's home names another component or another version.
        case directoryMismatch = "directory_mismatch"
        /// A home names a component that does not hold it.
        case memberMissing = "member_missing"
        /// An identifier is held by two components.
        case memberDuplicate = "member_duplicate"
        /// The member's namespace and value do not hash to its key.
        case keyMismatch = "key_mismatch"
        /// A member's profile fragment cannot be read, or a component counts others than it has.
        case fragmentMismatch = "fragment_mismatch"
        /// A member was first seen after a link that names it.
        case firstSeenTooLate = "first_seen_too_late"

        // MARK: The change feed

        /// What members or components say was told to the feed does not add up.
        case feedMismatch = "feed_mismatch"

        // MARK: Edges

        /// A pair that was live at some time has no edge.
        case edgeMissing = "edge_missing"
        /// An edge of a pair that was never live.
        case edgeExtra = "edge_extra"
        /// An edge differs from its pair in version or liveness.
        case edgeMismatch = "edge_mismatch"
    }

    /// What kind of fault it is.
    package let code: Code
    /// What it was found in: node keys and component ids in hexadecimal digits, numbers of names.
    /// Never an identifier's value.
    package let subject: String
    /// One sentence for a person; it names no identifier's value either.
    package let message: String

    /// A finding with its members.
    package init(_ code: Code, _ subject: String, _ message: String) {
        self.code = code
        self.subject = subject
        self.message = message
    }
}
