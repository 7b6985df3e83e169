import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

/// Messages -> bodies and records, and back, with namespaces named by their numbers.
enum MessageBytes {
    static func name(_ number: UInt32) -> [UInt8] { Array("n\(number)".utf8) }

    static func record(
        _ messages: [GraphMessage], name: (UInt32) -> [UInt8] = MessageBytes.name
    ) -> [UInt8] {
        RecordCodec.encode(
            deliveries: [body(messages, name: name)], sender: PartitionID(300), number: 77,
            RecordTests.head)
    }

    static func body(
        _ messages: [GraphMessage], name: (UInt32) -> [UInt8] = MessageBytes.name
    ) -> [UInt8] {
        var writer = MessageWriter()
        for message in messages { writer.append(message, namespaceName: name) }
        return writer.finish()
    }

    /// Reads a body, with namespaces numbered as they come.
    static func read(
        _ body: [UInt8]
    ) throws(WireError) -> (messages: [GraphMessage], names: [[UInt8]]) {
        var names: [[UInt8]] = []
        let messages = try MessageFrame.decode(body.span, body: 0..<body.count) { name in
            names.append(name)
            return UInt32(names.count)
        }
        return (messages, names)
    }

    /// Reads a body, with one number for all namespaces.
    static func read(
        _ body: [UInt8], as number: UInt32
    ) throws(WireError) -> [GraphMessage] {
        try MessageFrame.decode(body.span, body: 0..<body.count) { _ in number }
    }

    /// Reads a body and writes what it says again; whether it can be read.
    static func holds(_ body: [UInt8]) -> Bool {
        let read: (messages: [GraphMessage], names: [[UInt8]])
        do throws(WireError) {
            read = try Self.read(body)
        } catch {
            return false
        }
        let again = Self.body(read.messages) { read.names[Int($0) - 1] }
        #expect(again == body, "what is read has another form, too")
        return true
    }
}
