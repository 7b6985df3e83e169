import IdentityModel

/// The join of two fragments or folds.
extension RulePlan {
    /// How two are joined: whose the words are, and what comes out.
    struct JoinForm: BitwiseCopyable {
        /// Whether a fold comes out.
        let isFold: Bool
        /// The member whose words a fragment has that is joined into a fold.
        let lifted: NodeKey?

        /// The member of words of the first where their bytes do not say it.
        var ourMember: NodeKey? { isFold ? nil : JoinForm.nobody }
        /// The member of words of the second where their bytes do not say it.
        var theirMember: NodeKey? { isFold ? lifted : JoinForm.nobody }

        /// Stands for the one member of a fragment.
        private static let nobody = NodeKey(high: 0, low: 0)
    }

    /// What is being made of the first and the second.
    private struct Output {
        /// Nothing as long as nothing is changed.
        var bytes: [UInt8] = []
        /// Up to where the first is in it.
        var copied = FragmentHead.byteCount
        /// Whether an attribute without a rule was added, of which there may be too many now.
        var hasUnruled = false

        let head: FragmentHead

        /// Copies the first up to `end`.
        mutating func copy(_ ours: Span<UInt8>, upTo end: Int, room: Int) {
            if bytes.isEmpty {
                bytes.reserveCapacity(ours.count + room)
                head.append(to: &bytes)
            }
            if end > copied { bytes.append(ours, copied..<end) }
        }
    }

    /// Both as one; nil where that is the first as it stands.
    func joined(
        _ ours: Span<UInt8>, _ theirs: Span<UInt8>, _ form: JoinForm
    ) throws(WireError) -> [UInt8]? {
        guard let theirHead = try FragmentHead(theirs) else { return nil }
        let ourHead = try FragmentHead(ours)
        guard ourHead?.isFold ?? form.isFold == form.isFold,
            theirHead.isFold == (form.isFold && form.lifted == nil)
        else { throw WireError(.damaged, "a fragment stands for a fold, or a fold for one") }
        // What older rules had a part in has still to be converted to those of the other.
        let version = min(ourHead?.version ?? theirHead.version, theirHead.version)
        var output = Output(head: FragmentHead(version: version, isFold: form.isFold))
        try join(ours, theirs, form, &output)
        if output.bytes.isEmpty {
            guard ourHead?.version != version else { return nil }
        }
        output.copy(ours, upTo: ours.count, room: 0)
        guard output.hasUnruled else { return output.bytes }
        let kept = try withoutSurplus(output.bytes)
        return AttributeOrder.compareBytes(kept.span, ours) == 0 ? nil : kept
    }

    private func join(
        _ ours: Span<UInt8>, _ theirs: Span<UInt8>, _ form: JoinForm, _ output: inout Output
    ) throws(WireError) {
        var left = EntryReader(ours)
        var right = EntryReader(theirs)
        var our = try left.next(ours)
        while let their = try right.next(theirs) {
            var order = 1
            while let entry = our {
                order = Entry.compare(ours, entry, theirs, their)
                if order >= 0 { break }
                our = try left.next(ours)
            }
            if let entry = our, order == 0 {
                try join(ours, entry, theirs, their, form, &output)
                our = try left.next(ours)
            } else {
                let place = our?.start ?? ours.count
                output.copy(ours, upTo: place, room: theirs.count)
                output.copied = max(output.copied, place)
                try append(theirs, their, form, to: &output.bytes)
                output.hasUnruled = output.hasUnruled || their.tag == Rule.unruled.tag
            }
        }
    }

    /// Joins two entries of one key.
    private func join(
        _ ours: Span<UInt8>, _ our: Entry, _ theirs: Span<UInt8>, _ their: Entry,
        _ form: JoinForm, _ output: inout Output
    ) throws(WireError) {
        let place = our.whole
        let payload: [UInt8]?
        switch our.tag.slot {
        case .set:
            payload = try ElementSet.joined(
                ours, our.payload, of: form.ourMember, theirs, their.payload,
                of: form.theirMember, cap: cap(of: our, ours), isFold: form.isFold)
        case .count, .sum, .frequent:
            payload = try Tile.joined(
                ours, our.payload, theirs, their.payload, in: our.tag.slot,
                windowMilliseconds: windowMilliseconds(of: our, ours))
        default:
            guard try isReplaced(ours, our, by: theirs, their, form) else { return }
            output.copy(ours, upTo: place.lowerBound, room: theirs.count)
            try append(theirs, their, form, to: &output.bytes)
            output.copied = place.upperBound
            return
        }
        guard let payload else { return }
        output.copy(ours, upTo: place.lowerBound, room: theirs.count)
        output.bytes.append(ours, our.head)
        output.bytes.appendCounted(payload.span)
        output.copied = place.upperBound
    }

    private func isReplaced(
        _ ours: Span<UInt8>, _ our: Entry, by theirs: Span<UInt8>, _ their: Entry,
        _ form: JoinForm
    ) throws(WireError) -> Bool {
        let slot = our.tag.slot
        if slot == .last || slot == .first || slot == .once {
            // Their times nearly always say it.
            let time = try Register.time(ours, our.payload)
            let other = try Register.time(theirs, their.payload)
            if time != other { return slot == .last ? time < other : time > other }
            let isRepeat =
                form.lifted == nil
                && AttributeOrder.compareBytes(ours, our.payload, theirs, their.payload) == 0
            if isRepeat { return false }
        }
        let one = try Register(ours, our.payload, of: form.ourMember)
        let other = try Register(theirs, their.payload, of: form.theirMember)
        var ranks = (0, 0)
        if slot == .trusted, let rule = rule(of: our, ours) {
            ranks = (
                rank(of: ours, one.source, in: rule),
                rank(of: theirs, other.source, in: rule)
            )
        }
        return try RegisterOrder.isReplaced(
            ours, one, ranks.0, by: theirs, other, ranks.1, in: slot)
    }

    /// Appends an entry of the second in the form of what comes out.
    private func append(
        _ theirs: Span<UInt8>, _ their: Entry, _ form: JoinForm, to bytes: inout [UInt8]
    ) throws(WireError) {
        guard let member = form.lifted, !their.tag.slot.isTile else {
            return bytes.append(theirs, their.whole)
        }
        bytes.append(theirs, their.head)
        guard their.tag.slot == .set else {
            let register = try Register(theirs, their.payload, of: member)
            bytes.appendVarint(UInt64(register.countInFold))
            return register.appendToFold(theirs, &bytes)
        }
        var payload: [UInt8] = []
        for register in try ElementSet.registers(theirs, their.payload, of: member) {
            register.appendToFold(theirs, &payload)
        }
        bytes.appendCounted(payload.span)
    }

    // MARK: What rules say of entries

    /// The most elements of a set; of one that no rule makes now, the most that any may have.
    func cap(of entry: Entry, _ bytes: Span<UInt8>) -> Int {
        rule(of: entry, bytes)?.cap ?? ProfileLimits.setElements
    }

    /// How long events are remembered; those that no rule remembers now, the longest.
    func windowMilliseconds(of entry: Entry, _ bytes: Span<UInt8>) -> Int64 {
        rule(of: entry, bytes)?.windowMilliseconds ?? Int64(ProfileLimits.windowSeconds) * 1_000
    }

    /// `bytes` without the attributes that there is no room for: of those that no rule is made of,
    /// the least by name stay. Names only come, so any order leaves the same ones.
    func withoutSurplus(_ bytes: [UInt8]) throws(WireError) -> [UInt8] {
        var kept: [UInt8] = []
        var copied = 0
        var count = 0
        var reader = EntryReader(bytes.span)
        while let entry = try reader.nextInOrder(bytes.span) {
            guard entry.tag == Rule.unruled.tag, isUnruled(bytes.span, entry.name) else {
                continue
            }
            count += 1
            guard count > unruledLimit else { continue }
            kept.append(bytes.span, copied..<entry.whole.lowerBound)
            copied = entry.whole.upperBound
        }
        guard copied > 0 else { return bytes }
        kept.append(bytes.span, copied..<bytes.count)
        return kept.count > FragmentHead.byteCount ? kept : []
    }
}
