internal import GraphCore
internal import IdentityModel
internal import WireFormat

/// What a partition's members and touched components say of the change feed.
struct FeedLedger {
    /// The sum of all members' customer versions. Each change raises one of them by one.
    var versions: UInt64 = 0
    /// The components that have heads, in order.
    var components: [ComponentID] = []
    /// Of each component that may only be so while it awaits a tick, the first member that shows
    /// it.
    var awaiting: [(component: ComponentID, member: NodeKey)] = []
    /// Components that await the next tick, in order.
    var touched: [ComponentID] = []
}

// The feed: nothing is untold but what awaits the next tick, and versions add up to the changes.
// What follows from other faults is not said again: where there are any, of this only what stands
// alone is looked for.
extension VerifyWalk {
    /// Notes what the collected component's members say.
    mutating func noteFeed() {
        part.feed.components.append(collector.id)
        var isNoted = false
        for member in collector.image.members {
            part.feed.versions &+= member.customerVersion
            let isAnchor = member.key == collector.image.anchor
            let namesAtRest = isAnchor && member.customerVersion > 0
            guard !isNoted, member.isUntold || member.namesCustomer != namesAtRest else { continue }
            isNoted = true
            part.feed.awaiting.append((collector.id, member.key))
        }
    }

    /// Takes what the next tick must know of a component.
    mutating func takeTouched(_ id: ComponentID, _ value: Span<UInt8>) {
        let subject = "what the next tick tells of \(Self.name(id))"
        do throws(WireError) {
            _ = try TransitCodec.decodeTouched(value, id: id)
        } catch {
            return findings.add(Self.code(error), subject, error.reason)
        }
        part.feed.touched.append(id)
        guard !part.feed.components.holds(id), !partial.contains(id) else { return }
        findings.add(.feedMismatch, subject, "the component is not there")
    }

    /// Looks for members that are untold, or name a customer, without a reason.
    mutating func checkFeed() {
        guard findings.counts.isEmpty else { return }
        for (component, member) in part.feed.awaiting
        where !part.feed.touched.holds(component) {
            findings.add(
                .feedMismatch, Self.name(member),
                "what the feed was told of it is no longer so, and \(Self.name(component)) does "
                    + "not await the next tick")
        }
    }

    /// Holds all members' versions against all changes.
    mutating func checkVersions(_ parts: [Part]) {
        guard findings.counts.isEmpty else { return }
        let versions = parts.reduce(UInt64(0)) { $0 &+ $1.feed.versions }
        let changes = parts.reduce(UInt64(0)) { $0 &+ ($1.header?.changes ?? 0) }
        guard versions != changes else { return }
        findings.add(
            .feedMismatch, "header",
            "\(changes) changes were told, and the versions of all customers add up to \(versions)")
    }
}

extension [ComponentID] {
    /// Whether it holds an id, where its elements are in the order in which they are stored.
    fileprivate func holds(_ id: ComponentID) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].rawValue < id.rawValue { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == id
    }
}
