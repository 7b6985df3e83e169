"""The oracle, the comparison, the arithmetic and the picture:
``python3 -B -m unittest discover -s Benchmarks/Peers``."""
from __future__ import annotations

import io
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import redirect_stderr
from pathlib import Path
from random import Random
from typing import Optional, Sequence
from xml.etree import ElementTree

from harness import oracle, plot, processes, report, table
from harness.command import parser
from harness.measure import Measurement, Runner
from harness.peer import Failure, Peer, Work
from harness.summary import Summary, figure, multiple, ratio, significant
from peers import NAMES, peer_named
from peers.redis import CALLS_A_BATCH, LINKS_A_CALL, batches, command

SVG = "{http://www.w3.org/2000/svg}"


def line(a: str, b: str, op: str = "link") -> bytes:
    """A line as `kindred generate` writes it."""
    return (f'{{"op":"{op}","a":"{a}","b":"{b}","ts":"2025-01-01T01:17:20.064Z",'
            '"source":"app"}\n').encode()


def flooded(pairs: Sequence[tuple[str, str]]) -> set[frozenset[str]]:
    """Customers by walking from each identifier, another way than the oracle's."""
    beside: dict[str, set[str]] = {}
    for a, b in pairs:
        beside.setdefault(a, set()).add(b)
        beside.setdefault(b, set()).add(a)
    found, seen = set(), set()
    for start in beside:
        if start in seen:
            continue
        reached, waiting = {start}, [start]
        while waiting:
            for name in beside[waiting.pop()] - reached:
                reached.add(name)
                waiting.append(name)
        seen |= reached
        found.add(frozenset(reached))
    return found


def answer(*customers: Sequence[str], label: str = "c") -> list[bytes]:
    """The sorted lines of an answer."""
    return sorted(
        f"{name}\t{label}{number}\n".encode()
        for number, names in enumerate(customers) for name in names)


def summary(name: str, links: int, cpus: Sequence[float], **more: str) -> Summary:
    """Of runs that took so many processor seconds and twice as long."""
    runs = tuple(Measurement(2 * cpu, cpu, 0.0, 2_000_000, "1.0") for cpu in cpus)
    return Summary(peer_named(name), links, runs, **more)


class OracleTests(unittest.TestCase):
    def test_oracle_finds_what_a_walk_finds(self) -> None:
        for seed in range(200):
            random = Random(seed)
            names = [f"n:{number}" for number in range(random.randint(1, 40))]
            pairs = [(random.choice(names), random.choice(names)) for _ in range(30)]
            made: dict[str, set[str]] = {}
            for name, customer in oracle.partition(pairs).items():
                made.setdefault(customer, set()).add(name)
            self.assertEqual({frozenset(names) for names in made.values()}, flooded(pairs))

    def test_oracle_follows_a_row_of_many(self) -> None:
        row = [(f"n:{number}", f"n:{number + 1}") for number in range(20_000)]
        self.assertEqual(len(set(oracle.partition(reversed(row)).values())), 1)

    def test_oracle_reads_what_the_peers_scan(self) -> None:
        self.assertEqual(
            list(oracle.pairs([line("email:a@b.c", "phone:+1")])), [("email:a@b.c", "phone:+1")])

    def test_oracle_refuses_what_the_peers_would_misread(self) -> None:
        refused = {
            "no link": line("a:1", "b:2", op="unlink"),
            "normal form": line("a:1", "b:x,y"),
            "not in its": line("A:1", "b:2"),
            "identifier": line("a:1", "b:\\u0041 "),
            "shape": b'{"a":"a:1","op":"link","b":"b:2"}\n',
        }
        for reason, bad in refused.items():
            with self.subTest(reason), self.assertRaisesRegex(Failure, f"line 2 .*{reason}"):
                list(oracle.pairs([line("a:1", "b:2"), bad]))

    def test_shape_counts_identifiers_and_customers(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "answer"
            path.write_bytes(b"".join(answer(["a", "b", "c"], ["d"])))
            self.assertEqual(oracle.shape(path), (4, 2, 3))


class DifferenceTests(unittest.TestCase):
    right = answer(["a", "b", "c"], ["d", "e"], ["f", "g"])

    def found(self, *customers: Sequence[str], label: str = "c") -> str:
        return oracle.difference(self.right, answer(*customers, label=label)) or ""

    def test_other_labels_are_the_same_answer(self) -> None:
        self.assertEqual(self.found(["f", "g"], ["e", "d"], ["c", "a", "b"], label="x"), "")

    def test_two_merged_are_found(self) -> None:
        self.assertIn("merged", self.found(["a", "b", "c"], ["d", "e", "f", "g"]))

    def test_one_split_is_found(self) -> None:
        self.assertIn("split", self.found(["a", "b"], ["c"], ["d", "e"], ["f", "g"]))

    def test_one_moved_is_found(self) -> None:
        self.assertRegex(self.found(["a", "b"], ["c", "d", "e"], ["f", "g"]), "^c is split")

    def test_one_lost_is_found_wherever_it_stood(self) -> None:
        for lost in "abcdefg":
            customers = [[name for name in names if name != lost]
                         for names in (["a", "b", "c"], ["d", "e"], ["f", "g"])]
            self.assertRegex(self.found(*customers), f"^{lost} is only in the oracle")

    def test_one_too_many_is_found(self) -> None:
        for name in ("aa", "h", "A"):
            found = self.found(["a", "b", "c"], ["d", "e"], ["f", "g"], [name])
            self.assertRegex(found, f"^{name} is only in the answer")

    def test_one_told_twice_is_found(self) -> None:
        for again in ([b"b\tc0\n"], [b"g\tc2\n"]):
            told = sorted(self.right + again)
            self.assertIsNotNone(oracle.difference(self.right, told))

    def test_no_label_and_no_answer_are_found(self) -> None:
        told = [one.partition(b"\t")[0] + b"\t\n" for one in self.right]
        self.assertIn("no customer", oracle.difference(self.right, told) or "")
        self.assertIn("only in the oracle", oracle.difference(self.right, []) or "")

    def test_check_sorts_by_bytes_and_fails_with_the_place(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            expected, told = Path(folder) / "oracle", Path(folder) / "answer"
            names = ["b:Z", "b:a", "b-:1", "b:a1"]
            expected.write_bytes(b"".join(answer(names[:2], names[2:])))
            told.write_bytes(b"".join(reversed(answer(names[2:], names[:2], label="x"))))
            oracle.check(expected, told)
            told.write_bytes(b"".join(reversed(answer(names[1:], names[:1]))))
            with self.assertRaisesRegex(Failure, "its answer is wrong: b:a is"):
                oracle.check(expected, told)


class SummaryTests(unittest.TestCase):
    def test_figures_are_medians_with_their_spread(self) -> None:
        self.assertEqual(figure([5.0, 1.0, 2.0]), (2.0, 1.0, 5.0))
        self.assertEqual(figure([5.0, 1.0, 2.0]).spread, 1.0)
        self.assertEqual(figure([4.0, 2.0]).middle, 3.0)
        one = summary("dict", 1_000, [1.0, 2.0, 4.0])
        self.assertEqual(one.cpu_rate, (500.0, 250.0, 1_000.0))
        self.assertEqual(one.wall_rate, (250.0, 125.0, 500.0))

    def test_ratio_is_of_the_medians_per_processor_second(self) -> None:
        ours, theirs = summary("kindred", 1_000, [1.0, 1.0, 9.0]), summary("redis", 1_000, [12.0])
        self.assertEqual(ratio(ours, theirs), 12.0)
        self.assertIsNone(ratio(None, theirs))
        self.assertIsNone(ratio(ours, summary("redis", 1_000, [12.0], failed="it ended")))
        self.assertIsNone(ratio(ours, summary("redis", 1_000, [])))

    def test_multiples_are_times_or_parts(self) -> None:
        shown = {12.04: "12 times", 1.0: "1.0 times", 0.5: "1/2.0", 0.0208: "1/48"}
        for times, text in shown.items():
            self.assertEqual(multiple(times), text)

    def test_too_little_work_has_no_rate(self) -> None:
        short = summary("dict", 1_000, [1.0, 0.02])
        self.assertIsNone(short.cpu_rate)
        self.assertIsNone(ratio(summary("kindred", 1_000, [1.0]), short))
        self.assertIn("too few to tell", table.table([short]))

    def test_numbers_have_three_significant_digits(self) -> None:
        shown = {1_234_567: "1,230,000", 84_049: "84,000", 12.345: "12.3", 1.0: "1.00",
                 0.04567: "0.0457", 0: "0", 999.6: "1,000"}
        for value, text in shown.items():
            self.assertEqual(significant(value), text)


class TableTests(unittest.TestCase):
    ours = summary("kindred", 1_000_000, [4.0, 5.0, 4.0])

    def test_the_fastest_comes_first_and_the_skipped_is_told(self) -> None:
        theirs = summary("redis", 1_000_000, [12.0, 12.0, 16.0])
        left_out = summary("spark", 1_000_000, [], skipped="it is not installed: java")
        wrong = summary("duckdb", 1_000_000, [1.0], failed="its answer is wrong: a is split")
        everything = [left_out, wrong, theirs, self.ours]
        rows = table.table(everything).splitlines()[2:]
        self.assertEqual(
            [re.split(r" *\| *", one)[1] for one in rows],
            ["**Kindred**", "Redis 7 + Lua", "Spark GraphX, batch", "DuckDB SQL, batch"])
        self.assertIn("| 250,000 ±10% |", rows[0])
        self.assertIn("| 83,300 ±12% | 3.0 times | 2.0 GB | yes |", rows[1])
        self.assertIn("| skipped |", rows[2])
        self.assertIn("| failed |", rows[3])
        self.assertEqual({one.count("|") for one in table.table(everything).splitlines()}, {10})
        remarks = table.remarks(everything)
        self.assertIn("skipped: it is not installed: java.", remarks)
        self.assertIn("failed: its answer is wrong: a is split.", remarks)

    def test_a_client_beside_a_server_is_told(self) -> None:
        run = Measurement(20.0, 12.0, 3.04, 1_000, "7")
        told = table.remarks([Summary(peer_named("redis"), 1_000_000, (run,))])
        self.assertIn("took 3.0 CPU-seconds beside it", told)
        run = Measurement(20.0, 12.0, 0.1, 1_000, "7")
        self.assertEqual(table.remarks([Summary(peer_named("redis"), 1_000_000, (run,))]), "")

    def test_results_are_one_table_and_one_picture_a_size(self) -> None:
        sizes = [
            report.Size(links, oracle.Shape(9, 3, 4), [self.ours], "0.10", 0.25)
            for links in (1_000, 2_000)]
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "made" / "peers.md"
            written = report.write(place, sizes, "run --links 1000 2000")
            self.assertEqual(
                [path.name for path in written],
                ["peers.md", "peers-1000.svg", "peers-2000.svg"])
            text = place.read_text()
            self.assertEqual(re.findall(r"\]\((.*)\)", text), ["peers-1000.svg", "peers-2000.svg"])
            self.assertIn("other work took 0.2 cores", " ".join(text.split()))
            self.assertNotIn(folder, text)
            self.assertEqual(
                [path.name for path in report.write(place, sizes[:1], "run")],
                ["peers.md", "peers.svg"])

    def test_the_plot_tells_who_is_slower_and_who_is_faster(self) -> None:
        drawn = report.bars([
            self.ours, summary("redis", 1_000_000, [12.0]), summary("dict", 1_000_000, [1.0]),
            summary("spark", 1_000_000, [], skipped="no java")])
        self.assertEqual(
            [(bar.note, bar.own, bar.durable) for bar in drawn],
            [("", True, True), (" (1/3.0)", False, True), (" (4.0 times)", False, False)])


class PlotTests(unittest.TestCase):
    bars = [
        plot.Bar("slow & old", 2_000, note=" (1/150)"), plot.Bar("Kindred", 300_000, own=True),
        plot.Bar("in memory", 1_000_000, durable=False)]

    def drawn(self, dark: bool = False) -> ElementTree.Element:
        ceiling = plot.Bar("ceiling", 3_000_000)
        return ElementTree.fromstring(plot.draw("Title", "Below", self.bars, ceiling, dark))

    def test_bars_are_sorted_and_lie_on_a_logarithmic_scale(self) -> None:
        bars = [one for one in self.drawn().iter(f"{SVG}rect") if one.get("class") != "page"]
        self.assertEqual([one.get("class") for one in bars], ["bar open", "own", "bar"])
        lengths = [float(one.get("width") or 0) for one in bars]
        decade = (plot.WIDTH - plot.LEFT - plot.RIGHT) / 4
        for length, rate in zip(lengths, (1_000_000, 300_000, 2_000)):
            self.assertAlmostEqual(length, math.log10(rate / 1_000) * decade, delta=0.1)

    def test_all_lies_inside_the_picture(self) -> None:
        root = self.drawn()
        width, height = float(root.get("width") or 0), float(root.get("height") or 0)
        places = [
            (one.get(x), one.get(y)) for one in root.iter()
            for x, y in (("x", "y"), ("x1", "y1"), ("x2", "y2")) if one.get(x) and one.get(y)]
        self.assertGreater(len(places), 20)
        for x, y in places:
            self.assertTrue(0 <= float(x or -1) <= width and 0 <= float(y or -1) <= height)

    def test_names_are_escaped_and_the_ceiling_is_a_line(self) -> None:
        root = self.drawn()
        texts = [one.text for one in root.iter(f"{SVG}text")]
        for text in ("slow & old", "2 k (1/150)", "ceiling: 3 M", "1 M", "300 k", "Below"):
            self.assertIn(text, texts)
        line = [one for one in root.iter(f"{SVG}line") if one.get("class") == "line"]
        self.assertEqual(len(line), 1)
        grid = [float(one.get("x1") or 0) for one in root.iter(f"{SVG}line")
                if one.get("class") == "grid"]
        self.assertTrue(grid[-2] < float(line[0].get("x1") or 0) < grid[-1])

    def test_it_follows_the_page_or_is_dark(self) -> None:
        for dark, follows in ((False, True), (True, False)):
            style = self.drawn(dark).find(f"{SVG}style")
            assert style is not None and style.text
            self.assertEqual("prefers-color-scheme: dark" in style.text, follows)
            self.assertIn("#0d1117", style.text)

    def test_short_rates(self) -> None:
        shown = {7: "7", 999.6: "1 k", 7_600: "7.6 k", 17_500: "17.5 k", 84_049: "84 k",
                 264_000: "264 k", 999_700: "1 M", 1_724_000: "1.72 M", 10_000_000: "10 M"}
        for rate, text in shown.items():
            self.assertEqual(plot.short(rate), text)


class PeerTests(unittest.TestCase):
    def test_each_peer_says_what_it_is(self) -> None:
        self.assertEqual(NAMES[0], "kindred")
        for name in NAMES:
            peer = peer_named(name)
            self.assertEqual(peer.name, name)
            self.assertGreater(len(peer.about()), 100)
            self.assertTrue(peer.title and peer.durable and peer.unlinks and peer.evidence)
            self.assertIsNot(type(peer).fold, Peer.fold)
        with self.assertRaisesRegex(Failure, "nobody is no peer"):
            peer_named("nobody")

    def test_the_scanner_of_the_scripts_reads_pairs(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            events = Path(folder) / "events"
            events.write_bytes(line("a:1", "b:2") + line("c:x@y.z", "a:1"))
            work = Work(events, Path(folder), "")
            self.assertEqual(list(work.links()), [(b"a:1", b"b:2"), (b"c:x@y.z", b"a:1")])

    def test_commands_of_redis_count_bytes(self) -> None:
        self.assertEqual(
            command(b"GET", "i:é".encode()), b"*2\r\n$3\r\nGET\r\n$4\r\ni:\xc3\xa9\r\n")

    def test_batches_of_redis_hold_every_link_once(self) -> None:
        for count in (0, 1, LINKS_A_CALL, LINKS_A_CALL * CALLS_A_BATCH, 2_345):
            pairs = [(b"<%d>" % number, b"b") for number in range(count)]
            made = list(batches(pairs, b"digest"))
            text = b"".join(batch for batch, _ in made)
            self.assertEqual(
                [int(one) for one in re.findall(rb"<(\d+)>", text)], list(range(count)))
            self.assertEqual(sum(calls for _, calls in made), math.ceil(count / LINKS_A_CALL))
            self.assertEqual(text.count(b"EVALSHA"), sum(calls for _, calls in made))


class ProcessTests(unittest.TestCase):
    def taken(self, then: str) -> tuple[int, int]:
        """Memory with and without a process that has 64 MB, does this and has one below it."""
        text = ("import os, subprocess, sys\nheld = b'x' * 64_000_000\n"
                f"{then}\nprint('begun', flush=True)\nsys.stdin.read()")
        process = subprocess.Popen(
            [sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin and process.stdout
        try:
            process.stdout.readline()
            self.assertEqual(len(processes.family(process.pid)), 2)
            return (processes.kilobytes(process.pid, with_root=True),
                    processes.kilobytes(process.pid, with_root=False))
        finally:
            processes.kill_family(process.pid)
            process.wait()
            process.stdin.close()
            process.stdout.close()

    def test_what_a_process_shares_with_its_forks_counts_once(self) -> None:
        both, fork = self.taken("if os.fork() == 0: sys.stdin.read()")
        self.assertTrue(60_000 < both < 110_000, f"{both} kB")
        self.assertTrue(60_000 < fork < 110_000, f"{fork} kB")

    def test_a_script_can_be_left_out(self) -> None:
        both, below = self.taken("subprocess.Popen(['sleep', '60'])")
        self.assertGreater(both, 60_000)
        self.assertTrue(0 < below < 20_000, f"{below} kB")

    def test_one_that_has_ended_takes_nothing(self) -> None:
        process = subprocess.Popen(["true"])
        process.wait()
        self.assertEqual(processes.family(process.pid), {})
        self.assertEqual(processes.used(process.pid), (0, 0))
        self.assertEqual(processes.kilobytes(process.pid, True), 0)


class RunnerTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kindred-peers-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.events = self.folder / "events"
        random = Random(1)
        names = [f"n:{number}" for number in range(3_000)]
        self.events.write_bytes(b"".join(
            line(random.choice(names), random.choice(names)) for _ in range(2_000)))

    def runner(self, program: str = "", patience: float = 60) -> Runner:
        return Runner(sys.executable, program, self.folder, patience)

    def script(self, text: str) -> str:
        """A program in the place of kindred."""
        path = self.folder / "program"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    def test_a_run_is_measured_and_its_answer_is_right(self) -> None:
        run = self.runner().run(peer_named("dict"), self.events, self.folder / "answer")
        oracle.write(self.events, self.folder / "oracle")
        oracle.sort(self.folder / "oracle")
        oracle.check(self.folder / "oracle", self.folder / "answer")
        self.assertGreater(run.wall, 0)
        self.assertGreater(run.peak_kilobytes, 1_000)
        self.assertRegex(run.version, r"^Python 3\.\d+")
        self.assertFalse((self.folder / "dict").exists())

    def test_what_a_started_program_takes_is_counted_and_not_its_script(self) -> None:
        busy = self.script(
            'case $1 in --version) echo 9; exit;; export) printf "ns,value,customer_id\\n'
            'n,1,x\\n" >"$5"; exit;; esac\n'
            'count=0; while [ $count -lt 1000000 ]; do count=$((count + 1)); done')
        run = self.runner(busy).run(peer_named("kindred"), self.events, self.folder / "answer")
        self.assertEqual((self.folder / "answer").read_bytes(), b"n:1\tx\n")
        self.assertEqual(run.version, "9")
        self.assertGreater(run.cpu, 0.2)
        self.assertLess(run.cpu, run.wall + 0.1)
        self.assertLess(run.script, run.cpu / 2)

    def test_one_that_fails_tells_why(self) -> None:
        broken = self.script("echo the disk is full >&2; exit 3")
        with self.assertRaisesRegex(Failure, "(?s)replay ended with 3: the disk is full"):
            self.runner(broken).run(peer_named("kindred"), self.events, self.folder / "answer")

    def test_one_that_does_not_end_is_ended_with_all_below_it(self) -> None:
        endless = self.script(f"echo $$ >{self.folder}/pid; while :; do sleep 0.1; done")
        with self.assertRaisesRegex(Failure, "it did not end in 2 s"):
            self.runner(endless, patience=2).run(
                peer_named("kindred"), self.events, self.folder / "answer")
        pid = int((self.folder / "pid").read_text())
        end = time.monotonic() + 10
        while processes.read_stat(pid) and time.monotonic() < end:
            time.sleep(0.05)
        self.assertIsNone(processes.read_stat(pid))

    def test_a_wrong_command_line_is_refused(self) -> None:
        for words in (["--links", "0"], ["--only", "nobody"], ["--rounds", "x"]):
            with self.assertRaises(SystemExit) as ended, redirect_stderr(io.StringIO()):
                parser().parse_args(words)
            self.assertEqual(ended.exception.code, 2)


class CommandTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kindred-peers-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.result = self.folder / "result.md"

    def program(self, exported: str) -> str:
        """A kindred that makes two links of one customer, and answers as told."""
        path = self.folder / "kindred"
        lines = (line("n:1", "n:2") + line("n:3", "n:2")).decode()
        path.write_text(
            "#!/bin/sh\ncase $1 in\n"
            f"generate) printf %s '{lines}' >\"$7\" ;;\n"
            f"export) printf 'ns,value,customer_id\\n{exported}' >\"$5\" ;;\nesac\n")
        path.chmod(0o755)
        return str(path)

    def call(self, *words: str, path: Optional[Path] = None
             ) -> "subprocess.CompletedProcess[str]":
        """Calls `run`, with programs of this folder alone if asked."""
        run = Path(__file__).with_name("run")
        environment = {**os.environ, "TMPDIR": str(self.folder)}
        if path:
            environment["PATH"] = str(path)
        return subprocess.run(
            [sys.executable, run, "--links", "2", "--rounds", "2", "--output", self.result, *words],
            capture_output=True, text=True, env=environment)

    def test_right_answers_give_a_table_and_leave_nothing(self) -> None:
        program = self.program("n,1,x\\nn,2,x\\nn,3,x\\n")
        done = self.call("--program", program, "--only", "kindred", "dict")
        self.assertEqual(done.returncode, 0, done.stderr)
        text = self.result.read_text()
        self.assertIn("3 identifiers, 1 customers, the largest of 3.", text)
        self.assertEqual(len(re.findall(r"^\| .*\| yes \|$", text, re.MULTILINE)), 2)
        self.assertIn("--rounds 2 --only kindred dict\n", text)
        left = {path.name for path in self.folder.iterdir()}
        self.assertLessEqual(left, {"kindred", "result.md", "result.svg"})

    def test_a_wrong_answer_fails_the_run(self) -> None:
        for wrong, reason in (("n,1,x\\nn,2,x\\nn,3,y\\n", "n:3 is split"),
                              ("n,1,x\\nn,2,x\\n", "n:3 is only in the oracle")):
            done = self.call("--program", self.program(wrong), "--only", "kindred", "dict")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(f"Kindred failed: its answer is wrong: {reason}", self.result.read_text())
            self.assertRegex(self.result.read_text(), r"\| Python dict \|.*\| yes \|")

    def test_what_is_not_installed_is_told_and_nothing_is_no_result(self) -> None:
        sort = shutil.which("sort")
        assert sort is not None
        bare = self.folder / "bin"
        bare.mkdir()
        (bare / "sort").symlink_to(sort)
        program = self.program("")
        done = self.call("--program", program, "--only", "union_find", path=bare)
        self.assertEqual(done.returncode, 3)
        self.assertIn("union_find: skipped, it is not installed: apt-get install g++", done.stderr)
        self.assertIn("nothing was measured", done.stderr)
        self.assertFalse(self.result.exists())

    def test_without_a_program_it_says_what_to_do(self) -> None:
        done = self.call("--program", str(self.folder / "none"))
        self.assertEqual(done.returncode, 3)
        self.assertIn("run make build", done.stderr)

    def test_it_lists_its_peers(self) -> None:
        done = self.call("--list")
        self.assertEqual([one.split()[0] for one in done.stdout.splitlines()], NAMES)


if __name__ == "__main__":
    unittest.main()
