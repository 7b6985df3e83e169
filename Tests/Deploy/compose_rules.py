"""What must hold of compose.yaml beside its schema. Each rule yields what is wrong."""
from manifests import seconds, size

#: What a node cannot do without.
NEEDED = {
    "KINDRED_ENGINE", "KINDRED_BROKERS", "KINDRED_PREFIX", "KINDRED_KEY_FILE",
    "KINDRED_NAMESPACES", "KINDRED_NODE_NAME", "KINDRED_ADVERTISE", "KINDRED_SNAPSHOTS",
    "KINDRED_MEMORY", "KINDRED_STANDBYS",
}
#: What a node needs of memory beside KINDRED_MEMORY, as a part of it.
MEMORY_FACTOR = 1.5
#: What the brokers must have lest acknowledged events are lost.
SAFE = {
    "KAFKA_DEFAULT_REPLICATION_FACTOR": "3",
    "KAFKA_MIN_INSYNC_REPLICAS": "2",
    "KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE": "false",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "3",
}


def volumes(service):
    """What is mounted, by where."""
    return {
        target: source for source, target in
        (volume.split(":")[:2] for volume in service.get("volumes", []))
    }


def compose_variables(site):
    """Each variable of the program is one that it knows, and nodes have what they need."""
    for name, service in site.services.items():
        given = {key for key in service.get("environment", {}) if key.startswith("KINDRED_")}
        for key in sorted(given - site.program.variables):
            yield f"{name}: the program knows no {key}"
        if name in site.nodes:
            for key in sorted(NEEDED - given):
                yield f"{name}: {key} is missing"


def compose_references(site):
    """What a service names is there, and what is there is named by one."""
    used = {"configs": set(), "secrets": set(), "volumes": set(), "networks": set()}
    for name, service in site.services.items():
        named = {
            "configs": {config["source"] for config in service.get("configs", [])},
            "secrets": set(service.get("secrets", [])),
            "volumes": set(volumes(service).values()),
            "networks": set(service.get("networks", [])),
        }
        for kind, names in named.items():
            used[kind] |= names
            for missing in sorted(names - set(site.compose[kind])):
                yield f"{name}: there is no {missing} among {kind}"
        for other in sorted(set(service.get("depends_on", {})) - set(site.services)):
            yield f"{name}: it waits for {other}, which is no service"
    for kind, names in used.items():
        for left in sorted(set(site.compose[kind]) - names):
            yield f"{left}: no service uses it"


def compose_files(site):
    """The files that nodes are told of are mounted where they are told."""
    for name, node in site.nodes.items():
        settings = node["environment"]
        mounted = {config["target"] for config in node.get("configs", [])}
        mounted |= {f"/run/secrets/{secret}" for secret in node.get("secrets", [])}
        for key in ("KINDRED_NAMESPACES", "KINDRED_KEY_FILE"):
            if settings.get(key) not in mounted:
                yield f"{name}: {key} is at none of {sorted(mounted)}"
        places = volumes(node)
        for key, path in (("its data", "/var/lib/kindred"),
                          ("KINDRED_SNAPSHOTS", settings.get("KINDRED_SNAPSHOTS"))):
            if path not in places:
                yield f"{name}: no volume is mounted for {key}"
            elif path not in site.program.folders:
                yield f"{name}: {path} is not its user's folder in the image"
    folders = [volumes(node).get("/var/lib/kindred") for node in site.nodes.values()]
    if len(set(folders)) < len(folders):
        yield "nodes share a data folder"
    shared = {
        volumes(node).get(node["environment"].get("KINDRED_SNAPSHOTS"))
        for node in site.nodes.values()
    }
    if len(shared) != 1:
        yield "the nodes do not share one volume of snapshots"


def compose_brokers(site):
    """The lists of brokers name the brokers, and each broker says who it is."""
    clients = [f"{name}:9092" for name in site.brokers]
    voters = []
    for name, broker in site.brokers.items():
        settings = broker["environment"]
        voters.append(f"{settings['KAFKA_NODE_ID']}@{name}:9093")
        if settings["KAFKA_ADVERTISED_LISTENERS"] != f"PLAINTEXT://{name}:9092":
            yield f"{name}: it advertises another address than its own"
        if settings["KAFKA_LISTENERS"] != "PLAINTEXT://:9092,CONTROLLER://:9093":
            yield f"{name}: it listens elsewhere than where others ask"
        if settings["KAFKA_LOG_DIRS"] not in volumes(broker):
            yield f"{name}: its log is in no volume"
    for name, broker in site.brokers.items():
        if broker["environment"]["KAFKA_CONTROLLER_QUORUM_VOTERS"] != ",".join(voters):
            yield f"{name}: its voters are not {','.join(voters)}"
    data = [source for broker in site.brokers.values() for source in volumes(broker).values()]
    if len(set(data)) < len(data):
        yield "brokers share a volume"
    if len({broker["environment"]["CLUSTER_ID"] for broker in site.brokers.values()}) != 1:
        yield "brokers are of different clusters"
    for name, service in site.services.items():
        if name in site.brokers:
            continue
        if service["environment"].get("KINDRED_BROKERS") != ",".join(clients):
            yield f"{name}: its brokers are not {','.join(clients)}"


def compose_safety(site):
    """A lost broker takes nothing along that was acknowledged."""
    if len(site.brokers) != 3:
        yield "there are not three brokers"
    for name, broker in site.brokers.items():
        for key, value in SAFE.items():
            if str(broker["environment"].get(key)) != value:
                yield f"{name}: {key} is not {value}"


def compose_addresses(site):
    """Nodes have names and addresses of their own, and are published to this machine alone."""
    taken = []
    for name, node in site.nodes.items():
        settings = node["environment"]
        port = site.program.port
        if settings.get("KINDRED_NODE_NAME") != name:
            yield f"{name}: its name among the nodes is another"
        if settings.get("KINDRED_ADVERTISE") != f"http://{name}:{port}":
            yield f"{name}: it advertises another address than http://{name}:{port}"
        if f"/127.0.0.1/{port} " not in " ".join(node["healthcheck"]["test"]) + " ":
            yield f"{name}: its health check asks another port than {port}"
        if not any(text.endswith(f":{port}") for text in node.get("ports", [])):
            yield f"{name}: port {port} is not published"
    for name, service in site.services.items():
        for text in service.get("ports", []):
            address, _, inner = text.rpartition(":")
            if not address.startswith("127.0.0.1:"):
                yield f"{name}: {text} is open to other machines"
            taken.append(address)
    if len(set(taken)) < len(taken):
        yield "two services publish one port"


def compose_order(site):
    """Nothing runs before what it needs is there."""
    brokers = {name: {"condition": "service_healthy"} for name in site.brokers}
    for name, service in site.services.items():
        waits = service.get("depends_on", {})
        if name in site.brokers:
            if not service.get("healthcheck", {}).get("test"):
                yield f"{name}: nodes wait for its health, and it has no check"
            continue
        due = dict(brokers)
        if name in site.nodes:
            due["topics"] = {"condition": "service_completed_successfully"}
        if waits != due:
            yield f"{name}: it does not wait for {sorted(due)} as it should"
    if site.services["topics"]["command"][:2] != ["kafka", "create-topics"]:
        yield "topics: it makes no topics"
    if site.services["topics"].get("restart") != "no":
        yield "topics: it is started again when it is done"


def compose_ends(site):
    """Each service has the time that it takes to end."""
    for name, node in site.nodes.items():
        if seconds(node["stop_grace_period"]) < site.program.end_seconds + 10:
            yield f"{name}: it is killed before it ends by itself"
    for name, broker in site.brokers.items():
        if seconds(broker["stop_grace_period"]) < 60:
            yield f"{name}: it is killed before it has handed over"


def compose_memory(site):
    """What a service may use is what it is told to use, and more."""
    for name, node in site.nodes.items():
        told = size(node["environment"]["KINDRED_MEMORY"])
        if size(node["mem_limit"]) < MEMORY_FACTOR * told:
            yield f"{name}: mem_limit is under {MEMORY_FACTOR} times KINDRED_MEMORY"
        if not 0 < int(node["environment"]["KINDRED_STANDBYS"]) < len(site.nodes):
            yield f"{name}: there are not as many other nodes as standbys"
    for name, broker in site.brokers.items():
        heap = broker["environment"]["KAFKA_HEAP_OPTS"].split("-Xmx")[1]
        if size(broker["mem_limit"]) < 2 * size(heap):
            yield f"{name}: mem_limit is under twice its heap"


def compose_confinement(site):
    """Nodes may do no more than they need."""
    for name, service in site.services.items():
        if name in site.brokers:
            continue
        if not service.get("read_only") or service.get("cap_drop") != ["ALL"]:
            yield f"{name}: it may write to its image, or has capabilities"
        if service.get("security_opt") != ["no-new-privileges:true"]:
            yield f"{name}: it may gain privileges"
        if service.get("user", str(site.program.user)) != str(site.program.user):
            yield f"{name}: it runs as another user than that of the image"


RULES = [
    compose_variables, compose_references, compose_files, compose_brokers, compose_safety,
    compose_addresses, compose_order, compose_ends, compose_memory, compose_confinement,
]
