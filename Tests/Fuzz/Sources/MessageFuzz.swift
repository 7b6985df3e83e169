import GraphCore
import IdentityModel
import WireFormat

/// The reader of messages between partitions: what it accepts it would write the same.
enum MessageFuzz {
    static func run(_ body: [UInt8]) {
        var names: [[UInt8]] = []
        let read = try? MessageFrame.decode(body.span, body: 0..<body.count) { name in
            names.append(name)
            return UInt32(names.count)
        }
        guard let messages = read else { return }
        var writer = MessageWriter()
        for message in messages {
            writer.append(message) { names[Int($0) - 1] }
        }
        let head = RecordHead(logicVersion: 1, configurationDigest: 0)
        let written = writer.finish()
        require(written == body, "read and written: another form")
        for count in 1...2 {
            let record = RecordCodec.encode(
                deliveries: Array(repeating: written, count: count)[...], sender: PartitionID(0),
                number: 1, head)
            guard case .messages(_, 1, let bodies)? = try? RecordCodec.decode(record.span).record
            else { fatalError("a record that was written cannot be read") }
            require(
                bodies.count == count && bodies.allSatisfy { Array(record[$0]) == body },
                "a record has other deliveries")
        }
    }
}
