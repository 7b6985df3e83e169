import KafkaEngine
import NodeRuntime
import Testing

/// What placement writes is the same bytes for the same values, for all releases of one format.
@Suite("Cluster records")
struct ClusterRecordTests {
    private func check(_ record: ClusterRecord, _ key: String, _ value: String?) throws {
        let encoded = record.encoded
        #expect(String(decoding: encoded.key, as: UTF8.self) == key)
        #expect(encoded.value.map { String(decoding: $0, as: UTF8.self) } == value)
        #expect(try ClusterRecord(key: encoded.key, value: encoded.value) == record)
    }

    private func read(_ key: String, _ value: String?) throws(EngineFailure) -> ClusterRecord {
        try ClusterRecord(key: Array(key.utf8), value: value.map { Array($0.utf8) })
    }

    @Test func shouldWriteABeat() throws {
        let record = NodeRecord(
            address: "http://10.0.0.5:7411", incarnation: "f00", since: 1_767_323_045_678,
            isLeaving: true,
            replicas: [
                ReplicaStanding(0, .owner, position: .max, doneOffset: 7, logEnd: 9),
                ReplicaStanding(3, .standby, position: 5, doneOffset: 5),
                ReplicaStanding(11, .opening), ReplicaStanding(12, .failed),
            ])
        try check(
            .node(try #require(NodeID("node-1.eu_x")), record), "node/node-1.eu_x",
            #"{"address":"http://10.0.0.5:7411","format":1,"incarnation":"f00","leaving":true,"#
                + #""partitions":["#
                + #"{"done":7,"end":9,"partition":0,"position":18446744073709551615,"#
                + #""role":"owner"},"#
                + #"{"done":5,"partition":3,"position":5,"role":"standby"},"#
                + #"{"done":0,"partition":11,"role":"opening"},"#
                + #"{"done":0,"partition":12,"role":"failed"}],"since":1767323045678}"#)
        try check(.node(try #require(NodeID("a")), nil), "node/a", nil)
    }

    /// A release that says nothing of the logic knows the first version alone.
    @Test func shouldTellWhichLogicANodeKnows() throws {
        let cases: [(NodeLogic?, String, raised: UInt64)] = [
            (nil, "", 1), (NodeLogic(1...2), #""logic":{"greatest":2,"least":1},"#, 2),
            (NodeLogic(1...2, limit: 1), #""logic":{"greatest":2,"least":1,"limit":1},"#, 1),
            (NodeLogic(2...3, limit: 1), #""logic":{"greatest":3,"least":2,"limit":1},"#, 2),
            (NodeLogic(1...2, limit: 9), #""logic":{"greatest":2,"least":1,"limit":9},"#, 2),
        ]
        let id = try #require(NodeID("a"))
        for (logic, text, raised) in cases {
            let record = NodeRecord(address: "x", incarnation: "1", since: 5, logic: logic)
            try check(
                .node(id, record), "node/a",
                #"{"address":"x","format":1,"incarnation":"1","leaving":false,"# + text
                    + #""partitions":[],"since":5}"#)
            #expect(record.logic.raised == raised)
        }
        for (least, greatest) in [(0, 1), (2, 1)] {
            let text =
                #"{"address":"x","format":1,"incarnation":"1","leaving":false,"#
                + #""logic":{"greatest":\#(greatest),"least":\#(least)},"partitions":[],"since":5}"#
            #expect(try read("node/a", text) == .damaged)
        }
    }

    @Test func shouldWriteTheLogicOfTheStore() throws {
        try check(.logic(2), "logic", #"{"format":1,"version":2}"#)
        for text in [nil, "", "{}", #"{"format":1,"version":-1}"#] {
            #expect(try read("logic", text) == .logic(nil))
        }
        #expect(throws: EngineFailure.self) { try read("logic", #"{"format":2}"#) }
    }

    @Test func shouldWriteAPlacement() throws {
        let (a, b) = (try #require(NodeID("a")), try #require(NodeID("b")))
        let placement = Placement(
            epoch: 12, coordinator: b,
            partitions: [
                PartitionPlacement(Seats(owner: a, standbys: [b])),
                PartitionPlacement(Seats(owner: a), goal: Seats(owner: b, standbys: [a])),
            ])
        try check(
            .placement(placement), "placement",
            #"{"coordinator":"b","epoch":12,"format":1,"partitions":["#
                + #"{"owner":"a","standbys":["b"]},"#
                + #"{"goal":{"owner":"b","standbys":["a"]},"owner":"a","standbys":[]}]}"#)
    }

    /// Later releases add fields; only what must not be passed over has another format.
    @Test func shouldPassOverWhatItDoesNotKnow() throws {
        let record = try read(
            "node/a",
            #"{"address":"x","color":["red"],"format":1,"incarnation":"1","leaving":false,"#
                + #""partitions":[],"since":5}"#)
        let wanted = NodeRecord(address: "x", incarnation: "1", since: 5)
        #expect(record == .node(try #require(NodeID("a")), wanted))
        #expect(try read("store", "{}") == .other)
        #expect(try read("nodes/a", nil) == .other)
    }

    @Test(arguments: ["node/a", "placement"])
    func shouldRefuseALaterFormat(_ key: String) throws {
        do throws(EngineFailure) {
            _ = try read(key, #"{"format":2}"#)
            Issue.record("it was read")
        } catch .store(let failure) {
            #expect(failure.code == .newerFormat && failure.remedy == Remedy.upgrade)
        }
    }

    @Test(arguments: [
        ("node/", "{}"), ("node/a b", "{}"), ("node/é", nil), ("node/a", ""),
        ("node/a", #"{"format":1}"#), ("placement", nil), ("placement", "[]"),
        (
            "placement",
            #"{"coordinator":"","epoch":1,"format":1,"partitions":[]}"#
        ),
        ("node/" + String(repeating: "x", count: 65), nil),
    ])
    func shouldGoByNothingDamaged(_ key: String, _ value: String?) throws {
        #expect(try read(key, value) == .damaged)
    }

    @Test func shouldLimitTheNamesOfNodes() throws {
        let longest = String(repeating: "x", count: NodeID.maximumBytes)
        #expect(NodeID(longest)?.name == longest && NodeID(longest + "x") == nil)
        #expect(NodeID("") == nil && NodeID("a/b") == nil && NodeID("ä") == nil)
        let names = try ["b", "B", "a-", "a", "a0", "Z_"].map { try #require(NodeID($0)) }
        #expect(names.sorted().map(\.name) == ["B", "Z_", "a", "a-", "a0", "b"])
    }
}
