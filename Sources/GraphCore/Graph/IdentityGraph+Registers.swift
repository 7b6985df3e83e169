internal import IdentityModel

// Two registers per source and pair: link|unlink and ban|unban.
extension IdentityGraph {
    /// Folds a word into its source's register and says whether that changed it.
    ///
    /// The greater event time wins; at one time unlink beats link and ban beats unban; between
    /// equal words the greater reason (by bytes) stands: so the order of arrival decides nothing.
    mutating func recordWord(
        _ fact: PairFact, of pair: Ordinal, reason: Span<UInt8>
    ) -> Bool {
        guard let kind = fact.operation.registerKind else { return false }
        let word = Register(
            time: fact.time, source: fact.source, kind: kind, operation: fact.operation)
        if links[pair].register.source == fact.source, links[pair].register.kind == kind {
            return replaceInPlace(word, of: pair, reason: reason)
        }
        var next = links[pair].moreRegisters
        while next != noOrdinal {
            if registers[next].register.source == fact.source,
                registers[next].register.kind == kind
            {
                return replace(next, with: word, of: pair, reason: reason)
            }
            next = registers[next].next
        }
        add(word, to: pair, reason: reason)
        return true
    }

    /// Puts a register that the pair does not have yet.
    mutating func add(_ word: Register, to pair: Ordinal, reason: Span<UInt8>) {
        if reason.isEmpty, links[pair].register.source == 0 {
            links[pair].register = word
            evidenceDigest += registerDigest(word, reasonHash: 0, of: pair)
            return
        }
        let made = registers.allocate()
        registers[made].register = word
        registers[made].reason = bytes.store(reason)
        registers[made].reasonCount = UInt16(reason.count)
        registers[made].next = links[pair].moreRegisters
        links[pair].moreRegisters = made
        evidenceDigest += registerDigest(word, reasonHash: reasonHash(made), of: pair)
    }

    private mutating func replaceInPlace(
        _ word: Register, of pair: Ordinal, reason: Span<UInt8>
    ) -> Bool {
        let old = links[pair].register
        let order = Self.order(word, old)
        guard order > 0 || (order == 0 && !reason.isEmpty) else { return false }
        evidenceDigest -= registerDigest(old, reasonHash: 0, of: pair)
        if reason.isEmpty {
            links[pair].register = word
            evidenceDigest += registerDigest(word, reasonHash: 0, of: pair)
        } else {
            links[pair].register = .absent
            add(word, to: pair, reason: reason)
        }
        return true
    }

    private mutating func replace(
        _ ordinal: Ordinal, with word: Register, of pair: Ordinal, reason: Span<UInt8>
    ) -> Bool {
        let record = registers[ordinal]
        let order = Self.order(word, record.register)
        guard order > 0 || (order == 0 && isGreater(reason, thanReasonOf: ordinal)) else {
            return false
        }
        let oldHash = reasonHash(ordinal)
        evidenceDigest -= registerDigest(record.register, reasonHash: oldHash, of: pair)
        bytes.release(record.reason, count: Int(record.reasonCount))
        registers[ordinal].register = word
        registers[ordinal].reason = bytes.store(reason)
        registers[ordinal].reasonCount = UInt16(reason.count)
        evidenceDigest += registerDigest(word, reasonHash: reasonHash(ordinal), of: pair)
        return true
    }

    /// Over 0 if `left` replaces `right` of the same source and kind, 0 if they say the same.
    private static func order(_ left: Register, _ right: Register) -> Int {
        if left.time != right.time { return left.time > right.time ? 1 : -1 }
        if left.operation == right.operation { return 0 }
        #if Mutants
        if Mutant.tiesByArrival.isPlanted { return 1 }
        #endif
        return left.operation.winsTies ? 1 : -1
    }

    private func isGreater(_ reason: Span<UInt8>, thanReasonOf ordinal: Ordinal) -> Bool {
        let old = reasonBytes(ordinal)
        for index in 0..<min(old.count, reason.count) where old[index] != reason[index] {
            return reason[index] > old[index]
        }
        return reason.count > old.count
    }

    /// A register's reason as bytes; empty for none.
    func reasonBytes(_ ordinal: Ordinal) -> [UInt8] {
        var text: [UInt8] = []
        bytes.append(
            registers[ordinal].reason, count: Int(registers[ordinal].reasonCount), to: &text)
        return text
    }

    private func reasonHash(_ ordinal: Ordinal) -> UInt64 {
        guard registers[ordinal].reasonCount > 0 else { return 0 }
        return Mixing.hash(reasonBytes(ordinal).span)
    }

    // MARK: Digest parts

    func registerDigest(_ word: Register, reasonHash: UInt64, of pair: Ordinal) -> Digest {
        let (a, b) = (nodes[links[pair].a].key, nodes[links[pair].b].key)
        return EvidenceDigest.register(
            a, b, sourceHash: sources.hashes[Int(word.source)], operation: word.operation,
            time: word.time, reasonHash: reasonHash)
    }

    func leastTimeDigest(of pair: Ordinal) -> Digest {
        EvidenceDigest.leastLinkTime(
            nodes[links[pair].a].key, nodes[links[pair].b].key, links[pair].leastLinkTime)
    }
}
