"""The arithmetic of the figures: ``python3 -B -m unittest discover -s Benchmarks/Kafka``."""
from __future__ import annotations

import contextlib
import io
import unittest

from kafkabench.command import main
from kafkabench.figures import Row, longest_gap, percentile, rate, spread, table


class FigureTests(unittest.TestCase):
    """Figures and how they are told."""

    def test_percentiles_are_values_that_were_measured(self) -> None:
        values = [5.0, 1.0, 4.0, 2.0, 3.0]
        self.assertEqual(percentile(values, 0.5), 3.0)
        self.assertEqual(percentile(values, 0.99), 5.0)
        self.assertEqual(percentile(values, 0.2), 1.0)
        self.assertEqual(percentile(values, 0.21), 2.0)
        self.assertEqual(percentile([7.0], 0.5), 7.0)

    def test_the_longest_gap_counts_both_ends(self) -> None:
        self.assertEqual(longest_gap([11.0, 12.0, 19.0], 10.0, 20.0), 7.0)
        self.assertEqual(longest_gap([15.0], 10.0, 20.0), 5.0)
        self.assertEqual(longest_gap([], 10.0, 20.0), 10.0)
        self.assertEqual(longest_gap([1.0, 30.0, 13.0], 10.0, 20.0), 7.0)

    def test_rates_and_rounds_are_told_shortly(self) -> None:
        self.assertEqual([rate(one) for one in (12, 1_234, 2_345_678)], ["12", "1.2 k", "2.35 M"])
        self.assertEqual(spread([2.0], "s"), "2 s")
        self.assertEqual(spread([3_000, 1_000, 2_000], "k/s", 1e-3), "2 k/s (1 to 3)")
        self.assertEqual(
            table([Row("a", "1 s", "<= 2 s")]), "| what | figure | goal |\n|---|---|---|\n"
            "| a | 1 s | <= 2 s |\n")


class CommandTests(unittest.TestCase):
    """What the command refuses before it asks any broker."""

    def refused(self, *words: str) -> str:
        """What it says."""
        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit) as ended:
            main(words)
        self.assertEqual(ended.exception.code, 2)
        return said.getvalue()

    def test_it_says_what_is_wrong(self) -> None:
        self.assertIn("no phase speed", self.refused("speed", "--brokers", "a:1"))
        self.assertIn("run make build", self.refused("--brokers", "a:1", "--program", "/none"))
        self.assertIn("--brokers", self.refused("--brokers", ""))


if __name__ == "__main__":
    unittest.main()
