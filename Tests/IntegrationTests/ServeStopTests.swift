import Foundation
import Synchronization
import TestSupport
import Testing

/// How a node ends: told to, killed, and when its disk is full or fails.
@Suite("How a node ends", .serialized)
struct ServeStopTests {
    /// Writers that post batches of links until the node is gone, and what it has acknowledged.
    private final class Writers: Sendable {
        /// Links in a batch.
        static let size = 50
        private let batches = Mutex<(acknowledged: [String], sent: [String])>(([], []))

        var acknowledged: [String] { batches.withLock { $0.acknowledged } }
        var sent: [String] { batches.withLock { $0.sent } }

        static func pair(_ batch: String, _ number: Int) -> (String, String) {
            ("email:\(batch)-\(number)@x", "cookie:\(batch)-\(number)")
        }

        /// Runs writers until `until` has run and the node refuses or is gone.
        func run(_ name: String, port: Int, until: @escaping @Sendable () -> Void) {
            onThreads(4) { writer in
                if writer == 3 { return until() }
                guard let client = try? HTTPConnection(port: port) else { return }
                for number in 0... {
                    let batch = "\(name)-\(writer)-\(number)"
                    let lines = (0..<Self.size).map { place in
                        let (a, b) = Self.pair(batch, place)
                        return ServedStore.link(a, b)
                    }
                    self.batches.withLock { $0.sent.append(batch) }
                    guard
                        let answer = try? client.post(
                            "/v1/events", lines.joined(separator: "\n")),
                        answer.status == 200
                    else { return }
                    self.batches.withLock { $0.acknowledged.append(batch) }
                }
            }
        }

        /// What is wrong with what the node holds: an acknowledged link that is not there, or half
        /// a link.
        ///
        /// - Parameter name: looks only at what these writers have sent.
        func faults(_ client: HTTPConnection, of name: String = "") throws -> [String] {
            let known = Set(acknowledged)
            var faults: [String] = []
            for batch in sent where batch.hasPrefix(name) {
                let pairs = (0..<Self.size).map { Self.pair(batch, $0) }
                let ids = pairs.flatMap { ["\"\($0.0)\"", "\"\($0.1)\""] }
                let answer = try client.post(
                    "/v1/resolve", "{\"ids\":[\(ids.joined(separator: ","))]}")
                let results = try answer.json["results"].list
                guard results.count == ids.count else { return ["\(answer.status)"] }
                for place in 0..<Self.size {
                    let (a, b) = (results[2 * place], results[2 * place + 1])
                    if a["customer_id"] != b["customer_id"] { faults.append("half: \(batch)") }
                    if known.contains(batch), a["customer_id"] == .null {
                        faults.append("lost: \(batch)")
                    }
                }
            }
            return faults
        }
    }

    @Test(arguments: ["fsync", "os"])
    func shouldLoseNothingAcknowledgedWhereItIsKilledUnderLoad(durability: String) throws {
        let store = try TestStore()
        var random = SeededGenerator(seed: 7)
        let writers = Writers()
        // Fifty kills in all; the second durability shares them.
        for life in 0..<25 {
            let node = try ServedStore(store, ["--durability", durability])
            #expect(try writers.faults(node.client(), of: "\(life - 1)-") == [], "life \(life)")
            let (port, child) = (node.port, node.child.identifier)
            let pause = UInt32(random.below(60_000) + 1_000)
            writers.run("\(life)", port: port) {
                usleep(pause)
                kill(child, SIGKILL)
            }
            try node.kill()
        }
        let node = try ServedStore(store)
        #expect(try writers.faults(node.client()) == [])
        #expect(writers.acknowledged.count > 100, "there was no load")
        try node.kill()
        #expect(try store.run("verify").status == 0)
    }

    @Test func shouldAnswerWhatItHasBegunAndCheckpointWhenItIsToldToStop() throws {
        let store = try TestStore()
        let node = try ServedStore(store)
        let idle = try node.client()
        let child = node.child.identifier
        let writers = Writers()
        writers.run("drained", port: node.port) {
            usleep(400_000)
            kill(child, SIGTERM)
        }
        let finished = try node.child.finish(timeout: 30)
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(writers.acknowledged.count > 3)
        #expect(throws: HTTPConnection.Failure.closed) { _ = try idle.get("/healthz") }
        #expect(try store.json("stats")["tail_records"] == .number(0))
        let again = try ServedStore(store)
        #expect(try writers.faults(again.client()) == [])
        #expect(try again.stop().status == 0)
    }

    @Test func shouldEndAtOnceAtASecondSignal() throws {
        let store = try TestStore()
        let node = try ServedStore(store)
        let client = try node.client()
        #expect(try client.post("/v1/events", ServedStore.link("a:1", "b:1")).status == 200)
        // A body that does not come holds the node.
        try client.send(
            Array("POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{".utf8))
        usleep(200_000)
        node.child.send(SIGTERM)
        #expect(node.child.waitForErrors { $0.contains("stopping") })
        usleep(200_000)
        let start = Date()
        node.child.send(SIGTERM)
        let finished = try node.child.finish(timeout: 10)
        #expect(finished.status == 143)
        #expect(Date().timeIntervalSince(start) < 2)
        #expect(try store.customer(of: "a:1") != nil)
    }

    @Test func shouldNotWaitForEverForABodyThatDoesNotCome() throws {
        let node = try ServedStore(try TestStore())
        let client = try node.client()
        try client.send(
            Array("POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{".utf8))
        usleep(200_000)
        let start = Date()
        #expect(try node.stop(timeout: 30).status == 0)
        #expect(Date().timeIntervalSince(start) < 30)
    }

    @Test(
        .enabled(if: FlipMount.isAllowed, "this user may not mount a tmpfs"),
        .atOneAndThreePartitions)
    func shouldRefuseWritesOnAFullDiskAndGoOnOnceThereIsRoom() throws {
        let folder = try BackupScratch()
        let mount = try FlipMount(folder, "disk", mebibytes: 64)
        let store = try TestStore()
        let node = try ServedStore(store, ["--data", mount.path + "/store", "--durability", "os"])
        let client = try node.client()
        #expect(try client.post("/v1/events", ServedStore.link("a:1", "b:1")).status == 200)
        try mount.fill()
        var (refused, taken) = (0, 0)
        for number in 0..<2_000 where refused < 3 {
            let lines = (0..<200).map { ServedStore.link("e:\(number)-\($0)", "c:\(number)-\($0)") }
            let answer = try client.post("/v1/events", lines.joined(separator: "\n"))
            if answer.status == 200 {
                taken += 1
            } else {
                #expect(answer.status == 507)
                #expect(answer.problem != nil)
                refused += 1
            }
        }
        #expect(refused == 3, "\(taken) batches were taken")
        #expect(try client.get("/v1/resolve?id=a:1").status == 200)
        #expect(try client.get("/readyz").status == 200)
        try mount.makeRoom()
        // Storing what was cut is tried again once a second.
        var status = 0
        for _ in 0..<50 where status != 200 {
            status = try client.post("/v1/events", ServedStore.link("a:1", "d:1")).status
            if status != 200 { usleep(100_000) }
        }
        #expect(status == 200)
        let stopped = try node.stop()
        #expect(stopped.status == 0, "\(stopped.errors)")
        let data = mount.path + "/store"
        #expect(try store.run("verify", "--data", data).status == 0)
        // What was refused may have been taken in part.
        guard case .number(let count) = try store.json("stats", "--data", data)["identifiers"]
        else { throw ServeFailure(description: "stats says nothing") }
        #expect(Int(count) >= 3 + taken * 400 && Int(count) <= 3 + (taken + refused) * 400)
    }

    @Test(.enabled(if: FlipSyncFault.isAvailable, "there is no clang"))
    func shouldEndAtAFailedSync() throws {
        let folder = try BackupScratch()
        let fault = try FlipSyncFault(folder)
        let store = try TestStore()
        #expect(try store.run("link", "a:1", "b:1", "--source", "s").status == 0)
        var met = 0
        for number in stride(from: 1, through: 40, by: 3) {
            guard let node = try? ServedStore(store, environment: fault.environment(from: number))
            else { continue }
            let client = try node.client()
            for event in 0..<40 {
                let id = "c:\(number)-\(event)"
                guard let answer = try? client.post("/v1/events", ServedStore.link("a:1", id))
                else { break }
                if answer.status == 200 { continue }
                met += 1
                #expect(answer.status == 503, "\(answer.problem ?? "")")
                break
            }
            let finished = try node.child.finish(timeout: 20)
            #expect(finished.status == 3, "\(finished.errors)")
            #expect(finished.errors.contains("Input/output error"), "\(finished.errors)")
        }
        #expect(met > 2)
        #expect(try store.run("verify").status == 0)
    }

    @Test func shouldKeepItsMemoryWhereItIsFlooded() throws {
        let store = try TestStore()
        let node = try ServedStore(store, ["--memory", "64MiB", "--concurrent-requests", "64"])
        let (port, child) = (node.port, node.child.identifier)
        let before = try Self.peakBytes(child)
        // Bodies of 8 MiB that are nearly all one event's text: read, and refused as too long.
        let body =
            #"{"op":"link","a":"a:1","b":"b:1","reason":""#
            + String(repeating: "x", count: 8 << 20 - 60) + "\"}"
        let answers = Mutex<[Int: Int]>([:])
        onThreads(200) { _ in
            for _ in 0..<2 {
                guard let client = try? HTTPConnection(port: port),
                    let answer = try? client.post("/v1/events", body)
                else { continue }
                if answer.status == 429 { #expect(answer.headers["retry-after"] != nil) }
                answers.withLock { $0[answer.status, default: 0] += 1 }
            }
        }
        let counts = answers.withLock { $0 }
        #expect(counts[429, default: 0] > 0, "\(counts)")
        #expect(Set(counts.keys).isSubset(of: [200, 429]), "\(counts)")
        let grown = try Self.peakBytes(child) - before
        #expect(grown < 800 << 20, "\(grown >> 20) MiB")
        let client = try node.client()
        #expect(try client.post("/v1/events", ServedStore.link("a:1", "b:1")).status == 200)
        #expect(try node.stop().status == 0)
    }

    /// The most memory that a process ever had, in bytes.
    private static func peakBytes(_ process: pid_t) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let match = try #require(status.firstMatch(of: /VmHWM:\s*([0-9]+) kB/))
        return (Int(match.1) ?? 0) << 10
    }
}
