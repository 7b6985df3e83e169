import Foundation
import TestSupport
import Testing

/// One that follows a node's change feed over HTTP, is cut off, and comes again with the last id.
/// It keeps what it was told and what was wrong with it. Used from one thread.
final class NodeFollower {
    /// What was told, by partition, from the first change of it on.
    private(set) var told: [Int: [String]] = [:]
    /// What was not as it should be.
    private(set) var faults: [String] = []
    /// How often it came.
    private(set) var visits = 0
    /// Whether somebody answered when it came last.
    private(set) var isReached = true
    /// The last id that it was told.
    private(set) var last: String
    /// By partition, the offset that comes next.
    private var next: [Int: Int] = [:]

    /// One that begins at a place.
    init(from place: String) {
        last = place
        note(place: place)
    }

    private func note(place: String) {
        for part in place.split(separator: ",") {
            let numbers = part.split(separator: ":").compactMap { Int($0) }
            guard numbers.count == 2 else { continue }
            next[numbers[0]] = numbers[1]
        }
    }

    /// How many changes it was told.
    var count: Int { told.values.reduce(0) { $0 + $1.count } }

    /// Follows a node until it has been told so many changes more, or the node ends the stream; or
    /// until it breaks off, which is no fault.
    ///
    /// - Returns: why the node ended it; nil where it did not.
    @discardableResult
    func visit(_ port: Int, changes limit: Int = .max, follow: Bool = true) -> String? {
        visits += 1
        isReached = false
        var left = limit
        do {
            let client = try EventClient(
                port: port, "/v1/changes?reveal=true" + (follow ? "" : "&follow=false"),
                lastEventID: last)
            // One that is about to go, or not there yet, is as good as not there.
            guard client.answer.status != 503 else { return nil }
            isReached = true
            guard client.answer.status == 200 else {
                faults.append("status \(client.answer.status): \(client.answer.text)")
                return nil
            }
            while left > 0, let event = try client.next() {
                if event.name == "end" {
                    if event.id != last { faults.append("it ends at \(event.id), not \(last)") }
                    return event.object["reason"] as? String
                }
                if event.data.isEmpty { continue }
                take(event)
                left -= 1
            }
        } catch {}
        return nil
    }

    private func take(_ event: EventClient.Event) {
        guard let place = FeedConsumer.place(event.data) else {
            faults.append("no change: \(event.data)")
            return
        }
        if place.offset != next[place.partition] {
            faults.append("\(place) where \(next[place.partition] ?? -1) was due")
        }
        next[place.partition] = place.offset + 1
        told[place.partition, default: []].append(event.data)
        last = next.keys.sorted().map { "\($0):\(next[$0] ?? 0)" }.joined(separator: ",")
        if event.id != last { faults.append("the id is \(event.id), not \(last)") }
    }
}
