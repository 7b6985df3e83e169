internal import DequeModule

/// What a feeder has under way: frames that the brokers have not acknowledged, and events that the
/// routers have not taken.
///
///     sent ──▶ acknowledged, at an offset ──▶ taken: the routers have committed beyond it
struct FeedLedger {
    private struct Frame {
        let lane: Int
        let events: Int
        /// Where it is; nil before the brokers have said that they have it.
        var offset: Int64?
        var isTaken = false
    }

    /// Those sent of which something is still to come, and what was sent behind them.
    private var frames: Deque<Frame> = []
    /// The number of the first of `frames`.
    private var first = 0
    /// How many frames are acknowledged, each with all before it.
    private(set) var acknowledged = 0
    /// Events in frames that the routers have not taken.
    private(set) var untakenEvents = 0

    /// The number that the next frame has.
    var next: Int { first + frames.count }

    /// Adds a frame that goes to a lane.
    mutating func add(to lane: Int, events: Int) {
        frames.append(Frame(lane: lane, events: events))
        untakenEvents += events
    }

    /// The brokers have a frame, at an offset of its lane.
    mutating func noteAcknowledged(_ number: Int, at offset: Int64) {
        frames[number - first].offset = offset
        while acknowledged < next, frames[acknowledged - first].offset != nil {
            acknowledged += 1
        }
    }

    /// The routers have taken what lies before an offset of a lane.
    mutating func noteTaken(_ lane: Int, before offset: Int64) {
        for place in frames.indices where frames[place].lane == lane && !frames[place].isTaken {
            guard let end = frames[place].offset, end < offset else { continue }
            frames[place].isTaken = true
            untakenEvents -= frames[place].events
        }
        while let frame = frames.first, frame.isTaken, first < acknowledged {
            frames.removeFirst()
            first += 1
        }
    }
}
