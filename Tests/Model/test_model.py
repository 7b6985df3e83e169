"""Tests of the model: that the design holds, and that each fault is caught.

    python3 -m unittest discover -s Tests/Model
"""
from __future__ import annotations

import os
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from protocol import mutations, oracle, schedule  # noqa: E402  the path comes first
from protocol.invariants import consume, graph  # noqa: E402
from protocol.messages import Absorb, Change, Collect, Delivery, Done  # noqa: E402
from protocol.messages import Events, Logic, Seen, Step, Tick  # noqa: E402
from protocol.partition import Partition, UnknownLogic  # noqa: E402
from protocol.state import Limits  # noqa: E402
from protocol.words import Event, Violation, home  # noqa: E402
from protocol.world import World  # noqa: E402

SEEDS = 300
"""So many hold in each run of the tests; 80,000 in `make nightly`."""
RARE = 400
"""Seeds in which the rarest path is taken."""
TRACED = 60
PROCESSES = 8
"""Seeds whose traces two processes must print alike."""

LIMITS = Limits(1, 1_000, 1_000)


def said(operation: str, a: int, b: int, time: int = 1, source: str = "x") -> Event:
    return Event(operation, a, b, source, time, f"v{a}", f"v{b}")


def run(*arguments: str, hash_seed: int = 0) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(HERE / "run"), *arguments], capture_output=True, text=True,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed)}, timeout=60, check=False)


class Partitions:
    """Machines joined by hand: everything that they say arrives at once, or is held."""

    def __init__(self, count: int, page_entries: int = 1_000) -> None:
        limits = Limits(page_entries, 1_000, 1_000)
        self.machines = [Partition(i, count, limits, 2) for i in range(count)]
        self.held: list[tuple[int, Delivery]] = []
        self.told: list[Change] = []
        self.delivered = 0

    def say(self, *events: Event) -> None:
        for event in events:
            self.fold(home(event.a, len(self.machines)), Events((event,)))

    def fold(self, i: int, record) -> Step:
        step = self.machines[i].fold(record)
        self.held.extend(step.deliveries)
        self.told.extend(step.changes)
        return step

    def deliver(self, index: int = 0) -> None:
        to, delivery = self.held.pop(index)
        self.delivered += 1
        self.fold(to, delivery)

    def settle(self) -> None:
        while self.held:
            self.deliver()

    def tick(self) -> None:
        for i in range(len(self.machines)):
            self.fold(i, Tick())

    def groups(self) -> list[list[int]]:
        return sorted(sorted(h.members) for m in self.machines for h in m.hosted.values())


class DesignTests(unittest.TestCase):
    """Seeded runs of the design itself."""

    def test_should_hold_on_many_seeds(self) -> None:
        for seed in range(SEEDS):
            fault = schedule.play(seed)
            self.assertIsNone(fault, f"Tests/Model/run --trace {seed}: {fault}")

    def test_should_give_the_same_graph_for_every_order_and_partition_count(self) -> None:
        for seed in range(12):
            events = list(schedule.Run(seed).pending)
            found, counts = [], set()
            for other in range(100, 108):
                events.reverse()
                one = schedule.Run(other, events=events)
                one.finish()
                found.append(graph(one.world))
                counts.add(one.world.count)
            self.assertGreater(len(counts), 2)
            self.assertTrue(all(one == found[0] for one in found), f"events of seed {seed}")

    def test_should_reach_every_message_record_change_and_fault(self) -> None:
        text = "\n".join(line for seed in range(TRACED) for line in schedule.traced(seed)[0])
        words = (
            "seen edge join joinback retry resolve via assign absorb page next "
            "events delivery tick done collect logic link unlink ban unban observe "
            "created updated merged split renamed retired").split()
        for word in words:
            self.assertRegex(text, rf"(< |= |\(|[|] |=\d+ ){word}\b", word)
        for fault in ("dropped", "restart", "takeover", "lives on", "power loss", "checkpoint"):
            self.assertIn(fault, text)

    def test_should_reach_the_rare_paths(self) -> None:
        reached: set[str] = set()

        class Watched(Partition):
            def on_resolve(self, resolve) -> None:
                super().on_resolve(resolve)
                if resolve.node in self.parked:
                    reached.add("parked")

            def absorb(self, target, members, edges, via) -> None:
                minted = self.minted
                if target in self.moved:
                    reached.add("sent on")
                super().absorb(target, members, edges, via)
                if target not in self.moved and self.minted > minted:
                    reached.add("stands alone, or is cut")

            def publish(self, held, changes) -> None:
                if any(member.value is None for member in held.members.values()):
                    reached.add("named by a join only")
                super().publish(held, changes)

        class WatchedWorld(World):
            machine_type = Watched

            def upgrade(self) -> bool:
                halted = super().upgrade()
                if halted:
                    reached.add("halted")
                return halted

        expected = {
            "parked", "sent on", "stands alone, or is cut", "named by a join only", "halted"}
        for seed in range(RARE):
            self.assertIsNone(schedule.play(seed, WatchedWorld))
            if reached == expected:
                break
        self.assertEqual(reached, expected)


class MutationTests(unittest.TestCase):
    """Each fault is caught within the seeds that it names."""

    def test_should_catch_each_fault(self) -> None:
        self.assertGreaterEqual(len(mutations.ALL), 25)
        for mutation in mutations.ALL.values():
            if not mutation.across_processes:
                with self.subTest(mutation.name):
                    self.assertTrue(
                        any(schedule.play(seed, mutation.world) for seed in mutation.seeds),
                        f"{mutation.name} is not caught in {mutation.seeds}")

    def test_should_catch_the_order_of_hash_tables_across_processes(self) -> None:
        for mutation in mutations.ALL.values():
            if mutation.across_processes:
                arguments = ("--mutation", mutation.name)
                self.assertTrue(
                    any(self.differs(seed, *arguments) for seed in mutation.seeds), mutation.name)

    def test_should_print_the_same_trace_in_two_processes(self) -> None:
        for seed in range(PROCESSES):
            self.assertFalse(self.differs(seed), f"seed {seed}")

    def differs(self, seed: int, *arguments: str) -> bool:
        one, other = (
            run("--trace", str(seed), *arguments, hash_seed=hash_seed) for hash_seed in (1, 2))
        self.assertEqual((one.stderr, other.stderr), ("", ""))
        self.assertIn(":0 < ", one.stdout)
        return one.stdout != other.stdout


class OracleTests(unittest.TestCase):
    """The oracle's answers, by hand."""

    def expect(self, events: list[Event], expected: dict[int, tuple[str, ...]]) -> None:
        self.assertEqual(oracle.customers(events), expected)
        self.assertEqual(oracle.customers(reversed(events + events)), expected)

    def test_should_join_what_is_linked_in_a_chain(self) -> None:
        self.expect(
            [said("link", 1, 4), said("link", 4, 7), said("link", 2, 5)],
            {1: ("v1", "v4", "v7"), 2: ("v2", "v5")})

    def test_should_name_a_customer_by_priority_then_time_then_node(self) -> None:
        self.expect([said("link", 1, 3)], {3: ("v1", "v3")})
        self.expect([said("link", 3, 6, 5), said("observe", 6, 6, 2)], {6: ("v3", "v6")})
        self.expect([said("link", 3, 6)], {3: ("v3", "v6")})

    def test_should_let_unlink_win_a_tie_and_the_later_word_stand(self) -> None:
        apart = {1: ("v1",), 2: ("v2",)}
        self.expect([said("link", 1, 2, 3), said("unlink", 1, 2, 3)], apart)
        self.expect([said("unlink", 1, 2, 3), said("link", 1, 2, 4)], {1: ("v1", "v2")})

    def test_should_take_back_one_word_only(self) -> None:
        events = [said("link", 1, 2), said("link", 1, 2, source="y"), said("unlink", 1, 2, 2)]
        self.expect(events, {1: ("v1", "v2")})

    def test_should_let_a_ban_outrank_all_links_until_its_source_lifts_it(self) -> None:
        events = [said("link", 1, 2, 9), said("ban", 1, 2, 2, "y")]
        apart = {1: ("v1",), 2: ("v2",)}
        self.expect(events, apart)
        self.expect([*events, said("unban", 1, 2, 8, "x")], apart)
        self.expect([*events, said("unban", 1, 2, 2, "y")], apart)
        self.expect([*events, said("unban", 1, 2, 3, "y")], {1: ("v1", "v2")})

    def test_should_know_only_what_a_link_or_observe_named(self) -> None:
        self.expect([said("unlink", 1, 2), said("ban", 3, 4), said("observe", 5, 5)], {5: ("v5",)})


class MachineTests(unittest.TestCase):
    """Small cases, driven by hand."""

    def test_should_tell_nothing_of_a_link_that_is_known(self) -> None:
        world = Partitions(2)
        world.say(said("link", 0, 1))
        world.settle()
        before = world.delivered
        world.say(said("link", 0, 1), said("link", 0, 1, 2), said("link", 0, 1, 2, "y"))
        self.assertEqual((world.held, world.delivered), ([], before))

    def test_should_not_publish_what_only_a_join_has_named(self) -> None:
        world = Partitions(2)
        world.say(said("link", 0, 1))
        to, delivery = world.held.pop()
        seen = [m for m in delivery.messages if isinstance(m.message, Seen)]
        others = tuple(m for m in delivery.messages if m not in seen)
        world.fold(to, delivery._replace(messages=others))
        world.settle()
        world.tick()
        self.assertEqual(world.groups(), [[0, 1]])
        self.assertEqual([change.added for change in world.told], [("v0",)])
        world.fold(to, Delivery(0, world.machines[to].seen[0] + 1, tuple(seen)))
        world.settle()
        world.tick()
        self.assertEqual(
            world.told[-1], Change("updated", 0, 2, False, ("v1",), (), ()))

    def test_should_apply_the_next_number_only(self) -> None:
        world = Partitions(2)
        world.say(said("link", 0, 1), said("link", 0, 3))
        (_, first), (_, second) = world.held
        self.assertEqual((first.number, second.number), (1, 2))
        machine = world.machines[1]
        for delivery in (second, first, first):
            machine.fold(delivery)
            self.assertEqual(machine.seen.get(0, 0), 0 if delivery is second else 1)
        machine.fold(second)
        self.assertEqual(machine.seen[0], 2)
        self.assertEqual(machine.position, 4)

    def test_should_move_in_pages_and_merge_with_the_last(self) -> None:
        whole, paged = Partitions(2, page_entries=6), Partitions(2, page_entries=1)
        events = [said("link", 0, 2), said("link", 2, 4), said("link", 1, 3), said("link", 0, 1)]
        for world in (whole, paged):
            world.say(*events)
            world.settle()
            self.assertEqual(world.groups(), [[0, 1, 2, 3, 4]])
        self.assertGreater(paged.delivered, whole.delivered)

    def test_should_send_a_state_whole_up_to_the_page_limit(self) -> None:
        # The component of 1 and 3 departs: two members and one edge.
        for limit, is_whole in ((3, True), (2, False)):
            world = Partitions(2, page_entries=limit)
            world.say(said("link", 0, 2), said("link", 2, 4), said("link", 1, 3))
            world.say(said("link", 0, 1))
            kinds = []
            while world.held:
                kinds += [type(message) for message in world.held[0][1].messages]
                world.deliver()
            self.assertEqual(Absorb in kinds, is_whole)
            self.assertEqual(world.groups(), [[0, 1, 2, 3, 4]])

    def test_should_part_what_one_record_does_not_take(self) -> None:
        # Sightings and joins of 1, 3 and 5: six messages to their home in one step.
        events = tuple(said("link", 0, node) for node in (1, 3, 5))
        for limit, counts in ((6, [6]), (5, [5, 1]), (1, [1] * 6)):
            machine = Partition(0, 2, Limits(1, limit, 1_000), 2)
            deliveries = [delivery for _, delivery in machine.fold(Events(events)).deliveries]
            self.assertEqual([len(delivery.messages) for delivery in deliveries], counts)
            self.assertEqual([one.number for one in deliveries], list(range(1, len(counts) + 1)))

    def test_should_find_its_way_without_pointers(self) -> None:
        world = Partitions(2)
        world.say(said("link", 0, 2), said("link", 0, 1))
        world.settle()
        for i, machine in enumerate(world.machines):
            for pointer in sorted(machine.moved):
                world.fold(i, Collect(pointer))
            self.assertEqual(machine.moved, {})
        world.say(said("link", 1, 3))
        world.settle()
        self.assertEqual(world.groups(), [[0, 1, 2, 3]])

    def test_should_remember_the_greatest_done(self) -> None:
        machine = Partition(0, 1, LIMITS, 1)
        for position in (4, 9, 7):
            self.assertEqual(machine.fold(Done(position)), Step((), ()))
        self.assertEqual(machine.done, 9)


class LogicTests(unittest.TestCase):
    """A binary knows two versions of the logic, and folds with the one in force."""

    BEFORE = [Events((said("link", 1, 2),)), Events((said("unlink", 1, 2, 2),))]
    AFTER = [Events((said("link", 3, 4),)), Events((said("unlink", 3, 4, 2),))]

    def folded(self, newest_logic: int, records: list) -> Partition:
        machine = Partition(0, 1, LIMITS, newest_logic)
        for record in records:
            machine.fold(record)
        return machine

    def test_should_switch_at_a_place_of_the_log(self) -> None:
        machine = self.folded(2, [*self.BEFORE, Logic(2), *self.AFTER])
        places = {node: place.component.sequence for node, place in machine.directory.items()}
        # Under logic 1 the lesser end of a tie leaves, under logic 2 the greater.
        self.assertGreater(places[1], places[2])
        self.assertGreater(places[4], places[3])

    def test_should_agree_with_another_binary_that_knows_the_logic(self) -> None:
        records = [*self.BEFORE, Tick(), *self.AFTER, Tick()]
        old, new = self.folded(1, records), self.folded(2, records)
        self.assertIsNone(old.difference(new))
        switched = self.folded(2, [Logic(2)])
        newer = switched.clone()
        newer.newest_logic = 3
        for record in records:
            self.assertEqual(switched.fold(record), newer.fold(record))
        self.assertIsNone(switched.difference(newer))
        self.assertIsNotNone(switched.difference(self.folded(2, [Tick(), *records])))

    def test_should_stop_at_logic_that_it_lacks_and_change_nothing(self) -> None:
        machine = self.folded(1, self.BEFORE)
        before = machine.clone()
        for _ in range(2):
            with self.assertRaises(UnknownLogic):
                machine.fold(Logic(2))
        self.assertIsNone(machine.difference(before))
        machine.newest_logic = 2
        machine.fold(Logic(2))
        self.assertEqual(machine.logic, 2)

    def test_should_stop_at_logic_that_is_too_old(self) -> None:
        with self.assertRaises(UnknownLogic):
            self.folded(3, self.BEFORE)


class ChainTests(unittest.TestCase):
    """What a consumer of the feed checks."""

    def change(self, kind: str, added: str, removed: str = "", whole: bool = False) -> Change:
        return Change(kind, 1, 1, whole, tuple(added), tuple(removed), ())

    def test_should_keep_what_belongs_to_a_customer(self) -> None:
        held: dict = {}
        for change, expected in (
            (self.change("created", "ab", whole=True), {"a", "b"}),
            (self.change("updated", "c"), {"a", "b", "c"}),
            (self.change("split", "d", "ab"), {"c", "d"}),
            (self.change("merged", "xy", whole=True), {"x", "y"}),
        ):
            consume(held, change)
            self.assertEqual(held[1], expected)
        consume(held, self.change("retired", ""))
        self.assertEqual(held, {})

    def test_should_refuse_a_feed_that_does_not_add_up(self) -> None:
        for before, change in (
            (None, self.change("created", "ab")),
            (None, self.change("updated", "ab")),
            (None, self.change("retired", "")),
            ("ab", self.change("created", "abc", whole=True)),
            ("ab", self.change("updated", "b")),
            ("ab", self.change("split", "", "c")),
            ("ab", self.change("split", "", "ab")),
            ("ab", self.change("retired", "", "a")),
        ):
            with self.assertRaises(Violation, msg=str(change)):
                consume({} if before is None else {1: set(before)}, change)


class CommandTests(unittest.TestCase):
    """The command line."""

    def test_should_count_seeds_in_one_and_in_two_processes(self) -> None:
        for jobs in ("1", "2"):
            result = run("--seeds", "0..<20", "--jobs", jobs)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertRegex(result.stdout, r"^20 seeds hold \(0\.\.<20\), \d+\.\d seeds/s")

    def test_should_print_the_command_that_replays_a_failure(self) -> None:
        result = run("--seeds", "0..<50", "--mutation", "torn-pages")
        self.assertEqual(result.returncode, 1)
        command = result.stdout.splitlines()[-1].split()
        self.assertEqual(command[:3], ["replay", "it:", "Tests/Model/run"])
        replayed = run(*command[3:])
        self.assertEqual(replayed.returncode, 1)
        fault = result.stdout.splitlines()[-2].split(" fails: ")[1]
        self.assertEqual(replayed.stdout.splitlines()[-1], f"# {fault}")

    def test_should_refuse_seeds_that_are_no_range(self) -> None:
        for text in ("5", "5..<5", "0..5", "a..<b"):
            self.assertEqual(run("--seeds", text).returncode, 2)


if __name__ == "__main__":
    unittest.main()
