package import IdentityModel

/// The time of an event that has none.
package enum DefaultTime: Equatable, Sendable {
    /// Such an event is refused as `missing_ts`.
    case none
    /// This time; `now` is resolved to it by the caller, who has a clock.
    case fixed(EventTime)
    /// As many milliseconds since 1970 as the line's number.
    case lineNumber
}

/// What the decoders of one run agree on.
package struct EventDecoderOptions: Sendable {
    /// The store's namespaces.
    package var namespaces: NamespaceTable
    /// What an integer `ts` counts.
    package var timeUnit: TimeUnit
    /// The time of an event without `ts`.
    package var defaultTime: DefaultTime
    /// Minutes east of UTC for a CSV time without a zone, within ±1,439; nil refuses such a time.
    /// JSON events always name their zone.
    package var assumedZoneMinutes: Int?
    /// An event's own time after this is refused as `future_ts`; nil for files.
    package var latestTime: EventTime?

    /// Options; by default milliseconds, a time required, and no bound on it.
    package init(
        namespaces: NamespaceTable = .open, timeUnit: TimeUnit = .milliseconds,
        defaultTime: DefaultTime = .none, assumedZoneMinutes: Int? = nil,
        latestTime: EventTime? = nil
    ) {
        precondition(abs(assumedZoneMinutes ?? 0) < 1_440, "a zone is less than a day from UTC")
        self.namespaces = namespaces
        self.timeUnit = timeUnit
        self.defaultTime = defaultTime
        self.assumedZoneMinutes = assumedZoneMinutes
        self.latestTime = latestTime
    }
}
