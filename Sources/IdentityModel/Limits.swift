/// The sizes that events may have. Each is tested at its edge.
package enum EventLimits {
    /// The longest line, in bytes without its end: 1 MiB.
    package static let lineBytes = 1 << 20
    /// The longest identifier value after normalising, in bytes of UTF-8.
    package static let valueBytes = 1_024
    /// The longest namespace, in bytes.
    package static let namespaceBytes = 32
    /// The longest source, in bytes of UTF-8.
    package static let sourceBytes = 256
    /// The longest event id, in bytes of UTF-8.
    package static let eventIDBytes = 256
    /// The longest reason a person gives for an event, in bytes of UTF-8.
    package static let reasonBytes = 1_024
    /// How deep arrays and objects may nest.
    package static let nestingDepth = 32
    /// How much of a refused line is kept, in bytes.
    package static let keptRawBytes = 4_096
}

/// The sizes that the attributes of an event may have. Each is tested at its edge.
package enum AttributeLimits {
    /// The most attributes of one event.
    package static let perEvent = 64
    /// The longest name, in bytes of UTF-8.
    package static let nameBytes = 64
    /// The longest value, in bytes as a block holds it.
    package static let valueBytes = 1_024
    /// The most elements of an array.
    package static let arrayElements = 64
    /// The longest block: an event's attributes all together, in bytes.
    package static let eventBytes = 32 << 10
}
