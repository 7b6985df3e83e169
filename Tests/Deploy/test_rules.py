"""Each rule finds what it is for: manifests are broken on purpose, one place at a time."""
import unittest

from manifests import Site, seconds, size
from test_manifests import RULES

MATCH = {"matchLabels": {"app.kubernetes.io/name": "other"}}


def put(place, *keys):
    """Puts the last of the keys where the others lead."""
    *path, last, value = keys
    for key in path:
        place = place[key]
    place[last] = value


def drop(place, *keys):
    """Takes away what the keys lead to."""
    *path, last = keys
    for key in path:
        place = place[key]
    del place[last]


def service(name, *keys):
    """Another value somewhere in a service of compose.yaml."""
    return lambda site: put(site.services[name], *keys)


def without(name, *keys):
    """A service of compose.yaml without something."""
    return lambda site: drop(site.services[name], *keys)


def setting(name, key, value):
    """Another variable of a service."""
    return service(name, "environment", key, value)


def resource(kind, name, *keys):
    """Another value somewhere in a resource."""
    return lambda site: put(site.kind(kind)[name], *keys)


def pod(*keys):
    """Another value somewhere in the nodes' pods."""
    return lambda site: put(site.stateful["spec"]["template"]["spec"], *keys)


def node(*keys):
    """Another value somewhere in the nodes' container."""
    return lambda site: put(site.node, *keys)


def config(key, value):
    """Another setting of the nodes."""
    return resource("ConfigMap", "kindred-node", "data", key, value)


def program(name, value):
    """Another program."""
    return lambda site: setattr(site.program, name, value)


#: What is broken, by the rule that must find it.
BROKEN = {
    "compose_schema": [
        service("node-1", "healthchek", {}),
        service("node-1", "mem_limit", ["1g"]),
        service("topics", "restart", {"policy": "no"}),
    ],
    "kubernetes_schema": [
        lambda site: put(site.stateful, "spec", "replicas", "three"),
        lambda site: put(site.node, "readinesProbe", {}),
        lambda site: drop(site.stateful, "spec", "serviceName") or drop(
            site.stateful, "spec", "selector"),
        resource("PodDisruptionBudget", "kindred", "apiVersion", "policy/v1beta1"),
        resource("NetworkPolicy", "kindred-nodes", "spec", "ingres", []),
    ],
    "compose_variables": [
        setting("node-2", "KINDRED_STANDBY", 1),
        without("node-2", "environment", "KINDRED_KEY_FILE"),
        lambda site: site.program.variables.remove("KINDRED_BROKERS"),
    ],
    "compose_references": [
        service("node-3", "secrets", ["key"]),
        service("node-3", "networks", ["stores"]),
        service("node-3", "volumes", ["node-4:/var/lib/kindred"]),
        lambda site: drop(site.compose, "configs", "namespaces"),
        lambda site: put(site.compose, "volumes", "left", {}),
        lambda site: put(site.services, "node-1", "depends_on", "kafka-4", {}),
    ],
    "compose_files": [
        setting("node-1", "KINDRED_KEY_FILE", "/run/secrets/key"),
        setting("node-1", "KINDRED_NAMESPACES", "/etc/namespaces.yaml"),
        setting("node-1", "KINDRED_SNAPSHOTS", "/snapshots"),
        service("node-1", "volumes", ["snapshots:/var/lib/kindred-snapshots"]),
        service("node-1", "volumes", 0, "node-2:/var/lib/kindred"),
        service("node-1", "volumes", 1, "other:/var/lib/kindred-snapshots"),
        program("folders", ["/var/lib/kindred"]),
    ],
    "compose_brokers": [
        setting("node-1", "KINDRED_BROKERS", "kafka-1:9092,kafka-2:9092"),
        setting("topics", "KINDRED_BROKERS", "kafka-1:9092,kafka-2:9092,kafka-3:9093"),
        setting("kafka-1", "KAFKA_NODE_ID", 2),
        setting("kafka-2", "KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://kafka-1:9092"),
        setting("kafka-2", "KAFKA_LISTENERS", "PLAINTEXT://:9094,CONTROLLER://:9093"),
        setting("kafka-2", "KAFKA_LOG_DIRS", "/var/lib/kafka"),
        setting("kafka-2", "CLUSTER_ID", "another"),
        setting("kafka-3", "KAFKA_CONTROLLER_QUORUM_VOTERS", "1@kafka-1:9093"),
        service("kafka-3", "volumes", ["kafka-1:/var/lib/kafka/data"]),
    ],
    "compose_safety": [
        setting("kafka-1", "KAFKA_MIN_INSYNC_REPLICAS", 1),
        setting("kafka-1", "KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE", "true"),
        without("kafka-1", "environment", "KAFKA_AUTO_CREATE_TOPICS_ENABLE"),
        lambda site: drop(site.services, "kafka-3"),
    ],
    "compose_addresses": [
        setting("node-2", "KINDRED_NODE_NAME", "node-1"),
        setting("node-2", "KINDRED_ADVERTISE", "http://node-1:7411"),
        service("node-2", "ports", ["7412:7411"]),
        service("node-2", "ports", ["127.0.0.1:7411:7411"]),
        service("node-2", "ports", ["127.0.0.1:7412:7412"]),
        service("kafka-1", "ports", ["9092:9092"]),
        service("node-2", "healthcheck", "test", ["CMD", "true"]),
        program("port", 7400),
    ],
    "compose_order": [
        without("node-1", "depends_on", "topics"),
        service("node-1", "depends_on", "topics", "condition", "service_started"),
        service("topics", "depends_on", "kafka-2", "condition", "service_started"),
        without("kafka-2", "healthcheck"),
        service("topics", "command", ["kafka", "skip"]),
        service("topics", "restart", "always"),
    ],
    "compose_ends": [
        service("node-1", "stop_grace_period", "30s"),
        service("kafka-1", "stop_grace_period", "10s"),
        program("end_seconds", 60),
    ],
    "compose_memory": [
        service("node-1", "mem_limit", "1g"),
        setting("node-1", "KINDRED_MEMORY", "2GiB"),
        setting("node-1", "KINDRED_STANDBYS", 3),
        service("kafka-1", "mem_limit", "600m"),
    ],
    "compose_confinement": [
        service("topics", "read_only", False),
        service("node-1", "cap_drop", []),
        service("node-1", "security_opt", []),
        service("node-1", "user", "0"),
    ],
    "kubernetes_variables": [
        config("KINDRED_SNAPSHOTS_KEEP", "3"),
        lambda site: drop(site.kind("ConfigMap")["kindred-node"], "data", "KINDRED_SNAPSHOTS"),
        resource("ConfigMap", "kindred-settings", "data", "KINDRED_BROKER", "kafka:9092"),
        node("env", 1, "valueFrom", "fieldRef", "fieldPath", "metadata.name"),
    ],
    "kubernetes_references": [
        node("envFrom", 0, "configMapRef", "name", "settings"),
        node("volumeMounts", 0, "name", "store"),
        node("volumeMounts", 1, "name", "data"),
        pod("volumes", 0, "persistentVolumeClaim", "claimName", "snapshots"),
        pod("volumes", 1, "configMap", "name", "namespaces"),
        pod("volumes", 2, "secret", "secretName", "key"),
    ],
    "kubernetes_files": [
        config("KINDRED_KEY_FILE", "/etc/kindred-key/key"),
        config("KINDRED_KEY_FILE", "/etc/kindred/node-key"),
        config("KINDRED_NAMESPACES", "/etc/kindred/names.yaml"),
        config("KINDRED_DATA", "/var/lib/kindred"),
        config("KINDRED_SNAPSHOTS", "/var/lib/kindred/snapshots"),
        resource("PersistentVolumeClaim", "kindred-snapshots", "spec", "accessModes",
                 ["ReadWriteOnce"]),
    ],
    "kubernetes_selectors": [
        resource("PodDisruptionBudget", "kindred", "spec", "selector", MATCH),
        resource("Service", "kindred", "spec", "selector", {"app": "kindred"}),
        resource("NetworkPolicy", "kindred-nodes", "spec", "podSelector", MATCH),
        lambda site: put(site.stateful, "spec", "selector", MATCH),
        pod("topologySpreadConstraints", 0, "labelSelector", MATCH),
        pod("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution", 0,
            "labelSelector", MATCH),
        lambda site: put(site.job, "spec", "template", "metadata", "labels", dict(
            site.stateful["spec"]["template"]["metadata"]["labels"])),
    ],
    "kubernetes_names": [
        lambda site: put(site.stateful, "spec", "serviceName", "kindred"),
        resource("Service", "kindred-nodes", "spec", "publishNotReadyAddresses", False),
        resource("Service", "kindred-nodes", "metadata", "name", "nodes"),
        node("env", 2, "value", "http://$(KINDRED_NODE_NAME).kindred:7411"),
        node("env", 0, "valueFrom", "fieldRef", "fieldPath", "spec.nodeName"),
        lambda site: site.node["env"].reverse(),
        program("port", 7400),
    ],
    "kubernetes_ports": [
        node("ports", 0, "containerPort", 7412),
        node("livenessProbe", "httpGet", "port", "web"),
        resource("Service", "kindred", "spec", "ports", 0, "targetPort", "web"),
        resource("Service", "kindred", "spec", "ports", 0, "port", 80),
        resource("NetworkPolicy", "kindred-nodes", "spec", "ingress", 0, "ports", 0, "port", 80),
    ],
    "kubernetes_probes": [
        node("readinessProbe", "httpGet", "path", "/healthz"),
        node("livenessProbe", "httpGet", "path", "/readyz"),
        node("startupProbe", "httpGet", "path", "/readyz"),
        node("livenessProbe", "failureThreshold", 2),
        node("readinessProbe", "periodSeconds", 30),
    ],
    "kubernetes_ends": [
        pod("terminationGracePeriodSeconds", 30),
        node("lifecycle", "preStop", "exec", "command", ["sleep", "30"]),
        node("lifecycle", "preStop", "exec", "command", ["true", "5"]),
        program("end_seconds", 60),
    ],
    "kubernetes_disruption": [
        config("KINDRED_STANDBYS", "0"),
        config("KINDRED_STANDBYS", "3"),
        resource("PodDisruptionBudget", "kindred", "spec", {"maxUnavailable": 2}),
        lambda site: drop(site.stateful, "spec", "minReadySeconds"),
        lambda site: put(site.stateful, "spec", "podManagementPolicy", "OrderedReady"),
    ],
    "kubernetes_memory": [
        config("KINDRED_MEMORY", "6GiB"),
        node("resources", "limits", "memory", "5Gi"),
        node("resources", "requests", "memory", "1Gi"),
        node("resources", "limits", "cpu", "2"),
    ],
    "kubernetes_confinement": [
        pod("securityContext", "runAsUser", 0),
        pod("securityContext", "runAsNonRoot", False),
        pod("securityContext", "fsGroup", 1000),
        pod("enableServiceLinks", True),
        lambda site: drop(site.job, "spec", "template", "spec", "enableServiceLinks"),
        pod("automountServiceAccountToken", True),
        node("securityContext", "readOnlyRootFilesystem", False),
        node("securityContext", "allowPrivilegeEscalation", True),
        node("securityContext", "capabilities", {}),
        program("user", 10002),
    ],
    "kubernetes_brokers": [
        config("KINDRED_BROKERS", "kafka-1.kafka:9092"),
        config("KINDRED_PREFIX", "other"),
        resource("ConfigMap", "kindred-settings", "data", "KINDRED_BROKERS", "kafka-1:9094"),
        resource("NetworkPolicy", "kindred-outwards", "spec", "egress", []),
        node("args", ["stats"]),
    ],
    "kubernetes_examples": [
        lambda site: site.kustomization["resources"].append("secret.example.yaml"),
        lambda site: site.kustomization["resources"].remove("disruption.yaml"),
        lambda site: site.files.append("more.yaml"),
        lambda site: put(site.kustomization, "namespace", "default"),
        lambda site: put(site.namespaces, "strict", True),
    ],
    "images": [
        service("topics", "image", "kindred"),
        service("kafka-1", "image", "apache/kafka:latest"),
        service("kafka-1", "image", "apache/kafka:3.9.0"),
        node("image", "kindred:latest"),
        program("version", "0.2.0"),
    ],
}


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site.read()

    def test_each_rule_is_tried(self):
        self.assertEqual(sorted(BROKEN), sorted(rule.__name__ for rule in RULES))

    def test_each_rule_finds_what_it_is_for(self):
        rules = {rule.__name__: rule for rule in RULES}
        for name, breaks in BROKEN.items():
            for number, broken in enumerate(breaks):
                with self.subTest(rule=name, broken=number):
                    site = self.site.copy()
                    broken(site)
                    self.assertTrue(list(rules[name](site)), "it finds nothing")

    def test_what_is_broken_is_not_the_original(self):
        site = self.site.copy()
        drop(site.services, "node-1")
        self.assertIn("node-1", self.site.services)

    def test_sizes_and_times(self):
        self.assertEqual([size("1GiB"), size("6Gi"), size("1536m"), size("512m")],
                         [1 << 30, 6 << 30, 1536 << 20, 512 << 20])
        self.assertEqual([seconds("40s"), seconds("30m")], [40, 1800])


if __name__ == "__main__":
    unittest.main()
