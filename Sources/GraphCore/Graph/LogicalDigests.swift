package import IdentityModel

/// The parts of the logical digest that pairs give. Names enter by their bytes, never by a number
/// that arrival has chosen.
package enum EvidenceDigest {
    /// One source's register of the pair (a, b).
    package static func register(
        _ a: NodeKey, _ b: NodeKey, sourceHash: UInt64, operation: LinkOperation,
        time: EventTime, reasonHash: UInt64
    ) -> Digest {
        Mixing.digest(
            Mixing.hash(a.high, b.high), Mixing.hash(a.low, b.low),
            sourceHash ^ Mixing.fold(reasonHash, Mixing.pi3),
            UInt64(bitPattern: time.milliseconds) << 3 | UInt64(operation.rawValue))
    }

    /// The least link time of the pair (a, b).
    package static func leastLinkTime(_ a: NodeKey, _ b: NodeKey, _ time: EventTime) -> Digest {
        Mixing.digest(
            Mixing.hash(a.high, b.high), Mixing.hash(a.low, b.low), Mixing.pi1,
            UInt64(bitPattern: time.milliseconds))
    }

    /// The hash of a source's name.
    package static func source(_ name: [UInt8]) -> UInt64 { Mixing.hash(name.span) }

    /// The hash of a register's reason; 0 for none.
    package static func reason(_ bytes: [UInt8]) -> UInt64 {
        bytes.isEmpty ? 0 : Mixing.hash(bytes.span)
    }
}

/// The parts of the logical digest that components give.
package enum ComponentDigest {
    /// One member, as a part of its component's sum.
    @inline(__always)
    package static func member(_ key: NodeKey, firstSeen: EventTime) -> Digest {
        Mixing.digest(
            key.high, key.low, UInt64(bitPattern: firstSeen.milliseconds), Mixing.pi0)
    }

    /// What was observed of one member, as a further part of its component's sum.
    package static func fragment(of key: NodeKey, _ content: Span<UInt8>) -> Digest {
        Mixing.digest(key.high, key.low, Mixing.hash(content), Mixing.pi2)
    }

    /// A component of that anchor whose members sum up so.
    @inline(__always)
    package static func component(anchor: NodeKey, memberSum: Digest) -> Digest {
        Mixing.digest(anchor.high, anchor.low, memberSum.first, memberSum.second)
    }
}
