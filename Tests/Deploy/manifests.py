"""Deploy's manifests as values, and what the program's sources say of it."""
import copy
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "Deploy"
KUBERNETES = DEPLOY / "kubernetes"
EXAMPLE = "secret.example.yaml"


class Missing(Exception):
    """A package that the checks need is not installed."""


def yaml():
    """PyYAML."""
    try:
        import yaml as module
    except ImportError as error:
        raise Missing(told("PyYAML")) from error
    return module


def told(package):
    """How to come by a package."""
    return (
        f"{package} is not installed: run 'make manifests', or "
        "'pip install -r Tests/Deploy/requirements.txt' in a virtual environment")


def only(pattern, path):
    """What a pattern's group is in a file, where it must stand just once."""
    found = re.findall(pattern, (ROOT / path).read_text(encoding="utf-8"), re.M)
    if len(set(found)) != 1:
        raise ValueError(f"{path}: {pattern} is there {len(found)} times")
    return found[0]


@dataclass
class Program:
    """What the program is, as its sources and its container file say."""

    #: The variables that it reads.
    variables: set
    #: Its release.
    version: str
    #: Where it listens if nothing else is said.
    port: int
    #: Its user's number.
    user: int
    #: The folders of the image that are its user's.
    folders: list
    #: Within how many seconds it ends by itself after SIGTERM.
    end_seconds: int

    @classmethod
    def read(cls):
        keys = "Sources/Commands/Settings/SettingKey.swift"
        text = (ROOT / keys).read_text(encoding="utf-8").split("static let")[0]
        cases = re.findall(r'^    case (\w+)(?: = "(\w+)")?$', text, re.M)
        variables = {"KINDRED_" + (word or name).upper() for name, word in cases}
        variables.add(only(r'configurationVariable = "(\w+)"', keys))
        container = "Deploy/Containerfile"
        return cls(
            variables=variables,
            version=only(r'static let version = "(.+)"', "Sources/Commands/KindredCommand.swift"),
            port=int(only(r"^EXPOSE (\d+)$", container)),
            user=int(only(r"^USER (\d+):\d+$", container)),
            folders=only(r"-o kindred -g kindred (/.*)$", container).split(),
            end_seconds=int(
                only(r"endSeconds: UInt32 = (\d+)", "Sources/Commands/Serve/ServeRun.swift")),
        )


@dataclass
class Site:
    """All manifests, as they are parsed."""

    #: compose.yaml.
    compose: dict
    #: What is to be applied, with the file that it stands in.
    resources: list
    #: kustomization.yaml.
    kustomization: dict
    #: The names of the files of Deploy/kubernetes.
    files: list
    #: namespaces.yaml.
    namespaces: dict
    program: Program

    @classmethod
    def read(cls):
        def load(path):
            return list(yaml().safe_load_all(path.read_text(encoding="utf-8")))

        files = sorted(path.name for path in KUBERNETES.glob("*.yaml"))
        return cls(
            compose=load(DEPLOY / "compose.yaml")[0],
            resources=[
                (name, document)
                for name in files
                if name != "kustomization.yaml"
                for document in load(KUBERNETES / name)
            ],
            kustomization=load(KUBERNETES / "kustomization.yaml")[0],
            files=files,
            namespaces=load(DEPLOY / "namespaces.yaml")[0],
            program=Program.read(),
        )

    def copy(self):
        """Another one, to change."""
        return copy.deepcopy(self)

    # Compose

    @property
    def services(self):
        return self.compose["services"]

    @property
    def brokers(self):
        """The services that are brokers, by name."""
        return {
            name: service
            for name, service in self.services.items()
            if service["image"].startswith("apache/kafka")
        }

    @property
    def nodes(self):
        """The services that are nodes, by name."""
        return {
            name: service
            for name, service in self.services.items()
            if service.get("command") == ["serve"]
        }

    # Kubernetes

    def kind(self, kind):
        """The resources of a kind, by name."""
        return {
            document["metadata"]["name"]: document
            for _, document in self.resources
            if document["kind"] == kind
        }

    @property
    def stateful(self):
        (found,) = self.kind("StatefulSet").values()
        return found

    @property
    def job(self):
        (found,) = self.kind("Job").values()
        return found

    @property
    def pods(self):
        """The templates of all pods, by the name of what makes them."""
        return {
            document["metadata"]["name"]: document["spec"]["template"]
            for document in (self.stateful, self.job)
        }

    @property
    def node(self):
        """The container of a node."""
        (found,) = self.stateful["spec"]["template"]["spec"]["containers"]
        return found

    def environment(self, container):
        """A container's variables: of the config maps that it names, and its own."""
        values = {}
        for source in container.get("envFrom", []):
            name = source["configMapRef"]["name"]
            values.update(self.kind("ConfigMap").get(name, {}).get("data", {}))
        for variable in container.get("env", []):
            values[variable["name"]] = variable.get("value", variable.get("valueFrom"))
        return values


def size(text):
    """The bytes of 1GiB, 1Gi, 1536m or 1g."""
    number, unit = re.fullmatch(r"(\d+)([KMG])I?B?", str(text).upper()).groups()
    return int(number) << {"K": 10, "M": 20, "G": 30}[unit]


def seconds(text):
    """The seconds of 40s or 30m."""
    number, unit = re.fullmatch(r"(\d+)([sm])", str(text)).groups()
    return int(number) * {"s": 1, "m": 60}[unit]
