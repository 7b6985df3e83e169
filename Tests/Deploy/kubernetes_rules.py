"""What must hold of Deploy/kubernetes beside its schemas. Each rule yields what is wrong."""
from compose_rules import MEMORY_FACTOR, NEEDED
from manifests import EXAMPLE, size, yaml

#: The seconds that a pod has beside those that it takes to end.
SPARE = 5


def labels(site):
    """The labels of the nodes' pods."""
    return site.stateful["spec"]["template"]["metadata"]["labels"]


def mounts(site):
    """The nodes' volumes, each by where it is mounted."""
    pod = site.stateful["spec"]["template"]["spec"]
    known = {volume["name"]: volume for volume in pod["volumes"]}
    for claim in site.stateful["spec"]["volumeClaimTemplates"]:
        known[claim["metadata"]["name"]] = {"claim": claim}
    return {
        mount["mountPath"]: known.get(mount["name"]) for mount in site.node["volumeMounts"]
    }


def kubernetes_variables(site):
    """Each variable of the program is one that it knows, and nodes have what they need."""
    (topics,) = site.job["spec"]["template"]["spec"]["containers"]
    for container in (site.node, topics):
        given = {key for key in site.environment(container) if key.startswith("KINDRED_")}
        for key in sorted(given - site.program.variables):
            yield f"{container['name']}: the program knows no {key}"
    for key in sorted((NEEDED | {"KINDRED_DATA"}) - set(site.environment(site.node))):
        yield f"node: {key} is missing"
    for name, config in site.kind("ConfigMap").items():
        for key in config["data"]:
            if key.startswith("KINDRED_") and key not in site.program.variables:
                yield f"{name}: the program knows no {key}"
    (name,) = [value for value in site.node.get("env", []) if "POD_NAMESPACE" == value["name"]]
    if name["valueFrom"] != {"fieldRef": {"fieldPath": "metadata.namespace"}}:
        yield "node: POD_NAMESPACE is not the pod's namespace"


def kubernetes_references(site):
    """What a pod names is there."""
    for name, pod in site.pods.items():
        for container in pod["spec"]["containers"]:
            for source in container.get("envFrom", []):
                config = source["configMapRef"]["name"]
                if config not in site.kind("ConfigMap"):
                    yield f"{name}: there is no config map {config}"
    for path, volume in mounts(site).items():
        if volume is None:
            yield f"node: {path} is of no volume"
            continue
        for key, field, kind in (
                ("configMap", "name", "ConfigMap"), ("secret", "secretName", "Secret"),
                ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim")):
            if key in volume and volume[key][field] not in site.kind(kind):
                yield f"node: {path}: there is no {kind} {volume[key][field]}"
    used = {volume["name"] for volume in mounts(site).values() if volume and "name" in volume}
    for volume in site.stateful["spec"]["template"]["spec"]["volumes"]:
        if volume["name"] not in used:
            yield f"node: the volume {volume['name']} is mounted nowhere"


def kubernetes_files(site):
    """The files and folders that nodes are told of are where they are told."""
    settings = site.environment(site.node)
    for key, kind, field in (("KINDRED_NAMESPACES", "configMap", "data"),
                             ("KINDRED_KEY_FILE", "secret", "stringData")):
        folder, _, file = settings[key].rpartition("/")
        source = (mounts(site).get(folder) or {}).get(kind)
        if source is None:
            yield f"node: {key}: no {kind} is mounted at {folder}"
            continue
        name = source.get("name") or source.get("secretName")
        kept = site.kind("ConfigMap" if kind == "configMap" else "Secret").get(name, {})
        if file not in kept.get(field, {}):
            yield f"node: {key}: {name} has no {file}"
    for key, kind in (("KINDRED_DATA", "claim"), ("KINDRED_SNAPSHOTS", "persistentVolumeClaim")):
        # In a folder of the volume: at its top may be lost+found, and another owner.
        volume = mounts(site).get(settings[key].rpartition("/")[0]) or {}
        if kind not in volume:
            yield f"node: {key} is in no folder right below a volume"
    (claim,) = site.kind("PersistentVolumeClaim").values()
    if claim["spec"]["accessModes"] != ["ReadWriteMany"]:
        yield "the volume of snapshots cannot be mounted on several machines"


def kubernetes_selectors(site):
    """Whatever selects pods of nodes selects these, and nothing else."""
    due = labels(site)
    found = {
        "StatefulSet": site.stateful["spec"]["selector"]["matchLabels"],
        "network policy": site.kind("NetworkPolicy")["kindred-nodes"]["spec"]["podSelector"][
            "matchLabels"],
    }
    pod = site.stateful["spec"]["template"]["spec"]
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    for term in pod["affinity"]["podAntiAffinity"][required]:
        found["affinity"] = term["labelSelector"]["matchLabels"]
    for term in pod["topologySpreadConstraints"]:
        found["spread"] = term["labelSelector"]["matchLabels"]
    for name, service in site.kind("Service").items():
        found[f"service {name}"] = service["spec"]["selector"]
    for name, budget in site.kind("PodDisruptionBudget").items():
        found[f"budget {name}"] = budget["spec"]["selector"]["matchLabels"]
    for name, selector in found.items():
        if selector != due:
            yield f"{name}: it selects {selector}, and the nodes are {due}"
    if site.job["spec"]["template"]["metadata"]["labels"] == due:
        yield "the job's pods have the labels of nodes"


def kubernetes_names(site):
    """Nodes reach each other by names that there are, at the port where the program listens."""
    port = site.program.port
    name = site.stateful["spec"]["serviceName"]
    service = site.kind("Service").get(name, {"spec": {}})["spec"]
    if service.get("clusterIP") != "None" or not service.get("publishNotReadyAddresses"):
        yield f"the service {name} gives no names to nodes that are opening"
    settings = site.environment(site.node)
    due = f"http://$(KINDRED_NODE_NAME).{name}.$(POD_NAMESPACE).svc:{port}"
    if settings.get("KINDRED_ADVERTISE") != due:
        yield f"node: it advertises another address than {due}"
    if settings.get("KINDRED_NODE_NAME") != {"fieldRef": {"fieldPath": "metadata.name"}}:
        yield "node: its name is not the pod's"
    order = [variable["name"] for variable in site.node["env"]]
    if order[-1] != "KINDRED_ADVERTISE":
        yield "node: a variable is used before it is set"


def kubernetes_ports(site):
    """Each port that is named is one of the container's, and the program listens there."""
    ports = {port["name"]: port["containerPort"] for port in site.node["ports"]}
    if ports != {"http": site.program.port}:
        yield f"node: its ports are {ports}"
    named = {}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        named[probe] = site.node[probe]["httpGet"]["port"]
    for name, service in site.kind("Service").items():
        for port in service["spec"]["ports"]:
            named[f"service {name}"] = port["targetPort"]
            if port["port"] != site.program.port:
                yield f"service {name}: it is at another port than {site.program.port}"
    for port in site.kind("NetworkPolicy")["kindred-nodes"]["spec"]["ingress"][0]["ports"]:
        named["network policy"] = port["port"]
    for name, port in named.items():
        if port not in ports:
            yield f"{name}: the nodes have no port {port}"


def kubernetes_probes(site):
    """A node is restarted late, and left out early; opening long is no reason to be restarted."""
    start, ready, live = (
        site.node[probe] for probe in ("startupProbe", "readinessProbe", "livenessProbe"))
    if ready["httpGet"]["path"] != "/readyz":
        yield "readinessProbe: /readyz says whether a node serves"
    if {start["httpGet"]["path"], live["httpGet"]["path"]} != {"/healthz"}:
        yield "livenessProbe, startupProbe: a node that is opening would be killed"
    if ready["periodSeconds"] * ready["failureThreshold"] > 15:
        yield "readinessProbe: requests go to a node that does not serve"
    for name, probe in (("livenessProbe", live), ("startupProbe", start)):
        if probe["periodSeconds"] * probe["failureThreshold"] < 60:
            yield f"{name}: a minute's pause kills a node"


def kubernetes_ends(site):
    """A pod is killed only after the node should have ended by itself."""
    word, pause = site.node["lifecycle"]["preStop"]["exec"]["command"]
    if word != "sleep":
        yield "node: preStop does not wait"
    due = int(pause) + site.program.end_seconds + SPARE
    if site.stateful["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] < due:
        yield f"node: its grace is under {due} s"


def kubernetes_disruption(site):
    """No more nodes are taken at once than stand by for each partition."""
    standbys = int(site.environment(site.node)["KINDRED_STANDBYS"])
    replicas = site.stateful["spec"]["replicas"]
    if not 0 < standbys < replicas:
        yield f"{standbys} cannot stand by among {replicas} nodes"
    (budget,) = site.kind("PodDisruptionBudget").values()
    if budget["spec"].get("maxUnavailable") != 1 or standbys < 1:
        yield "the budget lets more nodes go than stand by"
    if site.stateful["spec"].get("minReadySeconds", 0) < 30:
        yield "an update goes on before a node stands by again"
    if site.stateful["spec"]["podManagementPolicy"] != "Parallel":
        yield "after a loss of all nodes the first one takes all partitions"


def kubernetes_memory(site):
    """What a node may use is what it is told to use, and more."""
    resources = site.node["resources"]
    told = size(site.environment(site.node)["KINDRED_MEMORY"])
    if size(resources["limits"]["memory"]) < MEMORY_FACTOR * told:
        yield f"node: its limit is under {MEMORY_FACTOR} times KINDRED_MEMORY"
    if resources["limits"]["memory"] != resources["requests"]["memory"]:
        yield "node: it may be killed for memory that it was not promised"
    if "cpu" in resources["limits"]:
        yield "node: a limit of processors has it taken for dead"


def kubernetes_confinement(site):
    """Pods may do no more than they need."""
    user = site.program.user
    for name, pod in site.pods.items():
        spec = pod["spec"]
        own = spec["securityContext"]
        if not own.get("runAsNonRoot") or (own.get("runAsUser"), own.get("runAsGroup")) != (
                user, user):
            yield f"{name}: its user is not {user}, that of the image"
        if spec.get("enableServiceLinks", True):
            yield f"{name}: Kubernetes sets KINDRED_PORT after the service kindred"
        if spec.get("automountServiceAccountToken", True):
            yield f"{name}: it has a token that it does not need"
        for container in spec["containers"]:
            inner = container["securityContext"]
            if not inner.get("readOnlyRootFilesystem") or inner.get("allowPrivilegeEscalation", 1):
                yield f"{name}: it may write to its image, or gain privileges"
            if inner.get("capabilities") != {"drop": ["ALL"]}:
                yield f"{name}: it has capabilities"
    if site.stateful["spec"]["template"]["spec"]["securityContext"].get("fsGroup") != user:
        yield f"kindred: its volumes are not for group {user}"


def kubernetes_brokers(site):
    """Nodes and the job ask the same brokers, and may reach them."""
    (topics,) = site.job["spec"]["template"]["spec"]["containers"]
    ours, theirs = site.environment(site.node), site.environment(topics)
    for key in ("KINDRED_BROKERS", "KINDRED_PREFIX"):
        if not ours.get(key) or ours.get(key) != theirs.get(key):
            yield f"nodes and topics do not have one {key}"
    if topics["args"][:2] != ["kafka", "create-topics"] or site.node["args"] != ["serve"]:
        yield "the job makes no topics, or the nodes do not serve"
    egress = site.kind("NetworkPolicy")["kindred-outwards"]["spec"]["egress"]
    open_ports = {port["port"] for rule in egress if "to" not in rule for port in rule["ports"]}
    for broker in ours["KINDRED_BROKERS"].split(","):
        if int(broker.rpartition(":")[2]) not in open_ports:
            yield f"nothing may reach {broker}"
    if 53 not in open_ports:
        yield "nobody may ask for names"


def kubernetes_examples(site):
    """The config map has the namespaces of the example, and the key in public is not applied."""
    config = site.kind("ConfigMap")["kindred-namespaces"]["data"]
    if yaml().safe_load(config["namespaces.yaml"]) != site.namespaces:
        yield "the namespaces are not those of Deploy/namespaces.yaml"
    applied = site.kustomization["resources"]
    if EXAMPLE in applied:
        yield "a key that stands in public would be applied"
    due = set(site.files) - {EXAMPLE, "kustomization.yaml"}
    if set(applied) != due:
        yield f"kustomization.yaml does not have {sorted(due ^ set(applied))}"
    if site.kustomization["namespace"] not in site.kind("Namespace"):
        yield "the namespace is not made"


def images(site):
    """All name one image, of this release; and none is whatever is newest."""
    due = f"kindred:{site.program.version}"
    found = {
        name: service["image"]
        for name, service in site.services.items() if name not in site.brokers
    }
    for name, pod in site.pods.items():
        for container in pod["spec"]["containers"]:
            found[f"Kubernetes, {name}"] = container["image"]
    for name, image in found.items():
        if image != due:
            yield f"{name}: its image is {image}, and the release {due}"
    for name, broker in site.brokers.items():
        tag = broker["image"].partition(":")[2]
        if tag.count(".") != 2:
            yield f"{name}: its image names no release"
    if len({broker["image"] for broker in site.brokers.values()}) != 1:
        yield "brokers are of different releases"


RULES = [
    kubernetes_variables, kubernetes_references, kubernetes_files, kubernetes_selectors,
    kubernetes_names, kubernetes_ports, kubernetes_probes, kubernetes_ends,
    kubernetes_disruption, kubernetes_memory, kubernetes_confinement, kubernetes_brokers,
    kubernetes_examples, images,
]
