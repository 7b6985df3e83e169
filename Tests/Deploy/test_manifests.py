"""Deploy's manifests hold to every rule."""
import unittest

import compose_rules
import kubernetes_rules
import schemas
from manifests import Site

RULES = schemas.RULES + compose_rules.RULES + kubernetes_rules.RULES


class Manifests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site.read()

    def test_there_is_what_is_checked(self):
        self.assertEqual(len(self.site.brokers), 3)
        self.assertEqual(len(self.site.nodes), 3)
        self.assertGreater(len(self.site.resources), 10)
        self.assertGreater(len(self.site.program.variables), 20)
        self.assertIn("KINDRED_SNAPSHOT_KEEP", self.site.program.variables)

    def test_each_rule_holds(self):
        for rule in RULES:
            with self.subTest(rule=rule.__name__):
                self.assertEqual(list(rule(self.site)), [])


if __name__ == "__main__":
    unittest.main()
