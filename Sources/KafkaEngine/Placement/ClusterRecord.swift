internal import NodeRuntime

/// What placement writes into the global topic: keys of ASCII, values of JSON as `GlobalValue` has
/// them.
///
///     node/<id>    {"address":…,"format":1,"incarnation":…,"leaving":…,"logic":{…},
///                   "partitions":[…],"since":…}
///     placement    {"coordinator":…,"epoch":…,"format":1,"partitions":[{"owner":…},…]}
///     logic        see `LogicRecord`
package enum ClusterRecord: Equatable, Sendable {
    /// What a node tells of itself; nil: it is gone.
    case node(NodeID, NodeRecord?)
    /// Which nodes have which partitions.
    case placement(Placement)
    /// The version of the machine's logic that the store is at; nil: the record says none.
    case logic(UInt64?)
    /// A record of placement that cannot be read: nobody goes by it.
    case damaged
    /// A record that is not of placement.
    case other

    private static let placementKey = "placement"
    private static let nodePrefix = "node/"

    /// The record's key and its value; nil: the key is taken out. To be asked of what placement
    /// writes only.
    package var encoded: (key: [UInt8], value: [UInt8]?) {
        switch self {
        case .node(let id, let record):
            (
                Array((Self.nodePrefix + id.name).utf8),
                record.map { GlobalValue.encode(Framed(value: $0)) }
            )
        case .placement(let placement):
            (
                Array(Self.placementKey.utf8),
                GlobalValue.encode(Framed(value: PlacementText(placement)))
            )
        case .logic(let version?): (LogicRecord.key, LogicRecord.encode(version))
        case .logic(nil), .damaged, .other:
            preconditionFailure("placement writes no such record: \(self)")
        }
    }

    /// The record of a key and a value.
    ///
    /// - Throws: `EngineFailure`: it is of a format that a later release has.
    package init(key: [UInt8], value: [UInt8]?) throws(EngineFailure) {
        if key.elementsEqual(Self.placementKey.utf8) {
            let text = try value.flatMap { (value) throws(EngineFailure) in
                try Self.value(PlacementText.self, of: value, Self.placementKey)
            }
            // Nobody takes the placement out: who has none makes one.
            self = text.map { .placement($0.placement) } ?? .damaged
        } else if key.starts(with: Self.nodePrefix.utf8) {
            let name = String(decoding: key.dropFirst(Self.nodePrefix.utf8.count), as: UTF8.self)
            guard let id = NodeID(name) else {
                self = .damaged
                return
            }
            guard let value else {
                self = .node(id, nil)
                return
            }
            let record = try Self.value(NodeRecord.self, of: value, Self.nodePrefix + id.name)
            self = record.map { .node(id, $0) } ?? .damaged
        } else if key == LogicRecord.key {
            self = .logic(try LogicRecord.decode(value))
        } else {
            self = .other
        }
    }

    /// Nil where the bytes say no such value.
    private static func value<Value: Decodable>(
        _ type: Value.Type, of bytes: [UInt8], _ key: String
    ) throws(EngineFailure) -> Value? {
        do throws(EngineFailure) {
            return try GlobalValue.decode(type, from: bytes, of: key)
        } catch .store(let failure) where failure.code == .damaged {
            return nil
        }
    }
}

/// A value with its format among its members.
private struct Framed<Value: Encodable>: Encodable {
    private enum CodingKeys: String, CodingKey { case format }

    let value: Value

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(GlobalValue.format, forKey: .format)
    }
}

/// A placement as JSON has it: a goal is told where it is another than what is.
private struct PlacementText: Codable {
    private struct Partition: Codable {
        let owner: NodeID
        let standbys: [NodeID]
        let goal: Seats?
    }

    private let epoch: UInt64
    private let coordinator: NodeID
    private let partitions: [Partition]

    init(_ placement: Placement) {
        epoch = placement.epoch
        coordinator = placement.coordinator
        partitions = placement.partitions.map {
            Partition(
                owner: $0.seats.owner, standbys: $0.seats.standbys,
                goal: $0.goal == $0.seats ? nil : $0.goal)
        }
    }

    var placement: Placement {
        Placement(
            epoch: epoch, coordinator: coordinator,
            partitions: partitions.map { partition in
                PartitionPlacement(
                    Seats(owner: partition.owner, standbys: partition.standbys),
                    goal: partition.goal.map { Seats(owner: $0.owner, standbys: $0.standbys) })
            })
    }
}
