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
