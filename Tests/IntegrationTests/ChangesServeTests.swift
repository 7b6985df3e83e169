import Foundation
import Synchronization
import TestSupport
import Testing

/// A node's change feed: nobody who comes again misses anything, whatever happened in between.
@Suite("The change feed of a node", .serialized)
struct ChangesServeTests {
    /// Writers whose events merge, split and describe the same few customers for a while, and then
    /// others: a tick tells a customer once, however often it changed.
    private static func write(_ port: Int, _ writer: Int, batches: Int, seed: UInt64) {
        var chance = SeededGenerator(seed: seed &* 31 &+ UInt64(writer))
        guard let client = try? HTTPConnection(port: port) else { return }
        for batch in 0..<batches {
            let pool = batch / 4
            let lines = (0..<20).map { _ -> String in
                let (a, b) = ("\(pool)-\(chance.below(60))", "\(pool)-\(chance.below(60) + 100)")
                let time = 1_700_000_000_000 + chance.below(1_000_000)
                switch chance.below(10) {
                case 0...4: return event("link", a, b, time, "s\(writer)")
                case 5...6: return event("unlink", a, b, time + 1, "s\(writer)")
                default:
                    return
                        #"{"op":"observe","a":"c:\#(a)","ts":\#(time),"id":"\#(writer)-\#(batch)","#
                        + #""attributes":{"n":\#(chance.below(50))}}"#
                }
            }
            let answer = try? client.post("/v1/events", lines.joined(separator: "\n"))
            guard answer?.status == 200 else { return }
        }
    }

    private static func event(
        _ op: String, _ a: String, _ b: String, _ time: Int, _ source: String
    ) -> String {
        #"{"op":"\#(op)","a":"c:\#(a)","b":"c:\#(b)","ts":\#(time),"source":"\#(source)"}"#
    }

    /// The place before all changes of a new store.
    private static var start: String {
        (0..<PartitionCounts.present).map { "\($0):0" }.joined(separator: ",")
    }

    @Test(.atOneAndThreePartitions)
    func shouldMissNothingWhereItIsCutOff() throws {
        let store = try TestStore()
        let node = try ServedStore(store, ["--durability", "os"])
        let (port, child, start) = (node.port, node.child.identifier, Self.start)
        let writers = Mutex(2)
        let seen = Mutex<[(told: [Int: [String]], faults: [String], visits: Int)]>([])
        onThreads(4) { place in
            guard place >= 2 else {
                Self.write(port, place, batches: TestBudget.rounds(150), seed: 1)
                let left = writers.withLock {
                    $0 -= 1
                    return $0
                }
                guard left == 0 else { return }
                // Ticks are a moment behind.
                usleep(500_000)
                kill(child, SIGTERM)
                return
            }
            var chance = SeededGenerator(seed: 9)
            let follower = NodeFollower(from: start)
            var end: String?
            repeat {
                end = follower.visit(port, changes: place == 2 ? 1 + chance.below(90) : .max)
            } while end == nil && follower.isReached
            seen.withLock { $0.append((follower.told, follower.faults, follower.visits)) }
        }
        #expect(try node.child.finish(timeout: 30).status == 0)
        let all = seen.withLock { $0 }
        #expect(all.allSatisfy { $0.faults == [] }, "\(all.flatMap(\.faults).prefix(3))")
        #expect(all.contains { $0.visits > 5 }, "one was cut off")
        // Each was told the beginning of what the store tells, and one all of it.
        let told = try store.run("changes", "--from", "oldest", "--reveal")
        let feed = try FeedConsumer.byPartition(told.lines)
        for (place, lines) in feed {
            for one in all {
                let mine = one.told[place] ?? []
                #expect(Array(lines.prefix(mine.count)) == mine)
            }
        }
        let count = all.map { $0.told.values.joined().count }.max() ?? 0
        #expect(count > 500 && count <= told.lines.count, "\(count) of \(told.lines.count)")
        let export = try store.run("export", "--format", "jsonl", "--reveal")
        #expect(try FeedConsumer(changes: told.lines).differences(fromExport: export.lines) == [])
    }

    /// What was told before a kill is told again in the same words at the same offsets, or was
    /// kept.
    @Test(.atOneAndThreePartitions)
    func shouldMissNothingOverKills() throws {
        let store = try TestStore()
        var chance = SeededGenerator(seed: 4)
        let follower = NodeFollower(from: Self.start)
        for life in 0..<TestBudget.rounds(8) {
            let node = try ServedStore(store, ["--durability", life % 2 == 0 ? "os" : "fsync"])
            let (port, child) = (node.port, node.child.identifier)
            let pause = UInt32(chance.below(400_000) + 100_000)
            // unsafe: one thread alone uses it, and has ended when this returns.
            nonisolated(unsafe) let shared = follower
            onThreads(4) { place in
                switch place {
                case 0:
                    usleep(pause)
                    kill(child, SIGKILL)
                case 1: shared.visit(port)
                default: Self.write(port, place, batches: 10_000, seed: UInt64(life))
                }
            }
            try node.kill()
        }
        let node = try ServedStore(store)
        usleep(300_000)
        #expect(follower.visit(node.port, follow: false) == "done")
        #expect(follower.faults == [] && follower.count > 200)
        let again = NodeFollower(from: Self.start)
        #expect(again.visit(node.port, follow: false) == "done")
        #expect(again.faults == [] && again.told == follower.told)
        #expect(try node.stop().status == 0)
        #expect(try store.run("verify").status == 0)
        let told = try store.run("changes", "--from", "oldest", "--reveal")
        let export = try store.run("export", "--format", "jsonl", "--reveal")
        #expect(try FeedConsumer(changes: told.lines).differences(fromExport: export.lines) == [])
    }

    @Test(.atOneAndThreePartitions)
    func shouldTellWhatRetentionHasLetGo() throws {
        let store = try TestStore()
        let node = try ServedStore(store, ["--feed-retention", "20"])
        Self.write(node.port, 0, batches: 40, seed: 3)
        usleep(300_000)
        let gone = try node.client().begin("/v1/changes?from=\(Self.start)")
        #expect(gone.status == 410 && gone.problem == "position_gone", "\(gone.text)")
        #expect(gone.detail.contains("export"))
        let first = try EventClient(port: node.port, "/v1/changes?from=oldest&follow=false")
        var count = 0
        while let event = try first.next() { if event.name.hasPrefix("customer.") { count += 1 } }
        #expect(count >= 20 && count < 60 * PartitionCounts.present, "\(count)")
        // The command says the same, of the node and of its folder.
        for words in [["--server", "http://127.0.0.1:\(node.port)"], []] {
            let done = try store.run(["changes", "--from", Self.start] + words)
            #expect(done.status == 3 && done.errors.contains("is not kept any more"))
            #expect(done.output.isEmpty)
        }
        #expect(try node.stop().status == 0)
        let done = try store.run("changes", "--from", Self.start)
        #expect(done.status == 3 && done.errors.contains("is not kept any more"))
    }

    /// SIGTERM ends streams with the place that they came to, also those that nobody reads.
    @Test(.atOneAndThreePartitions)
    func shouldEndStreamsPromptlyWhenItIsToldToStop() throws {
        let node = try ServedStore(try TestStore())
        let (port, child) = (node.port, node.child.identifier)
        let ends = Mutex<[(String?, [String], String)]>([])
        let start = Self.start
        let slow = try EventClient(port: port, "/v1/changes?from=oldest")
        let began = Mutex(Date())
        onThreads(6) { place in
            guard place < 5 else {
                Self.write(port, place, batches: 30, seed: 5)
                usleep(200_000)
                began.withLock { $0 = Date() }
                kill(child, SIGTERM)
                return
            }
            let follower = NodeFollower(from: start)
            let end = follower.visit(port)
            ends.withLock { $0.append((end, follower.faults, follower.last)) }
        }
        #expect(Date().timeIntervalSince(began.withLock { $0 }) < 8)
        let finished = try node.child.finish(timeout: 20)
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(slow.answer.status == 200)
        let all = ends.withLock { $0 }
        #expect(all.count == 5 && all.allSatisfy { $0.0 == "stopping" && $0.1 == [] }, "\(all)")
        // They go on from there, and miss nothing of what was told at the end.
        let again = try ServedStore(node.store)
        let whole = NodeFollower(from: start)
        #expect(whole.visit(again.port, follow: false) == "done")
        for (_, _, last) in all {
            let rest = NodeFollower(from: last)
            #expect(rest.visit(again.port, follow: false) == "done")
            #expect(rest.faults == [] && rest.last == whole.last)
        }
    }

    @Test func shouldKeepNoFeedWhereItIsToldSo() throws {
        let store = try TestStore()
        let first = try ServedStore(store)
        #expect(try first.client().post("/v1/events", ServedStore.link("a:1", "b:1")).status == 200)
        #expect(store.exists(store.data + "/changes"))
        #expect(try first.stop().status == 0)
        let none = try ServedStore(store, ["--feed-retention", "0"])
        #expect(!store.exists(store.data + "/changes"))
        let answer = try none.client().get("/v1/changes")
        #expect(answer.status == 409 && answer.problem == "no_feed")
        #expect(answer.detail.contains("--feed-retention"))
        #expect(try none.client().post("/v1/events", ServedStore.link("a:2", "b:2")).status == 200)
        #expect(try none.stop().status == 0)
        let told = try store.run("changes", "--from", "oldest")
        #expect(told.status == 3 && told.errors.contains("keeps no change feed"))
        // Kept again it begins behind what was told meanwhile.
        let again = try ServedStore(store)
        #expect(try again.client().begin("/v1/changes?from=0:0").status == 410)
        #expect(try again.client().post("/v1/events", ServedStore.link("a:3", "b:3")).status == 200)
        usleep(300_000)
        let follower = NodeFollower(from: "0:2")
        #expect(follower.visit(again.port, follow: false) == "done")
        #expect(follower.count == 1 && follower.faults == [])
        #expect(try again.stop().status == 0)
    }

    /// The limit that a node has: half a minute, which few wait for.
    @Test(.enabled(if: TestBudget.isNightly, "it takes half a minute"))
    func shouldCutOffWhoDoesNotReadAndGoOn() throws {
        let node = try ServedStore(try TestStore())
        let slow = try EventClient(port: node.port, "/v1/changes?from=oldest")
        let value = String(repeating: "v", count: 1_000)
        let client = try node.client()
        let start = Date()
        for round in 0..<60 where Date().timeIntervalSince(start) < 60 {
            let lines = (0..<500).map { ServedStore.link("a:\(value)\(round)-\($0)", "b:\($0)") }
            let answer = try client.post("/v1/events", lines.joined(separator: "\n"))
            #expect(answer.status == 200)
        }
        #expect(node.child.waitForErrors(timeout: 60) { $0.contains("slow follower") })
        var last: EventClient.Event?
        while let event = try? slow.next() { last = event }
        #expect(last != nil)
        let follower = NodeFollower(from: slow.lastID)
        #expect(follower.visit(node.port, follow: false) == "done")
        #expect(follower.faults == [])
        #expect(try node.stop().status == 0)
    }
}
