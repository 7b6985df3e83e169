"""What the schemas of Compose and of Kubernetes say of the manifests."""
import json
from importlib import resources

from manifests import Missing, told

#: The oldest release that the manifests are for, and the newest that the package knows.
KUBERNETES = ("1.27", "1.37")


def compose_schema(site):
    """compose.yaml is what the Compose specification allows."""
    try:
        import check_jsonschema
        import jsonschema
    except ImportError as error:
        raise Missing(told("check-jsonschema")) from error
    path = resources.files(check_jsonschema) / "builtin_schemas/vendor/compose-spec.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for error in validator.iter_errors(site.compose):
        best = jsonschema.exceptions.best_match([error])
        yield f"compose.yaml: {best.json_path}: {best.message[:200]}"


def kubernetes_schema(site):
    """Each resource is what Kubernetes takes, in the oldest and the newest release; and has no
    key that it does not know."""
    try:
        import kubernetes_validate
    except ImportError as error:
        raise Missing(told("kubernetes-validate")) from error
    for name, document in site.resources:
        for version in KUBERNETES:
            try:
                used = kubernetes_validate.validate(document, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                place = ".".join(str(part) for part in error.path)
                yield f"{name}: {document['kind']}: {place}: {error.message[:200]} ({version})"
            except kubernetes_validate.SchemaNotFoundError as error:
                yield f"{name}: {error.message}"
            else:
                if used != version:
                    yield f"{name}: there is no schema of {version}, {used} was taken"


RULES = [compose_schema, kubernetes_schema]
