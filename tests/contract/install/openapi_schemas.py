"""JSON schemas for kubeconform, made from what a running API server says of itself.

The published schemas are of the same origin; these need no network, and are of exactly the version that is there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
LOCATION = "{{ .Group }}_{{ .ResourceAPIVersion }}_{{ .ResourceKind }}.json"
"""For kubeconform's -schema-location; of the core it calls `v1` the group as well."""


def write_schemas(openapi: dict[str, Any], folder: Path, kinds: frozenset[str]) -> None:
    """Strict: a field that the server does not know is an error. `openapi`: of `/openapi/v2`."""
    definitions = {name: _strict(name, definition) for name, definition in openapi["definitions"].items()}
    for name, definition in definitions.items():
        for identity in definition.get("x-kubernetes-group-version-kind", ()):
            if identity["kind"] in kinds:
                schema = {"$ref": f"#/definitions/{name}", "definitions": definitions}
                place = (
                    f"{identity['group'] or identity['version']}_{identity['version']}_{identity['kind'].lower()}.json"
                )
                (folder / place).write_text(json.dumps(schema))


def _strict(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    if name in (_INT_OR_STRING, _QUANTITY):
        return {"type": ["string", "integer", "number"]}
    if "properties" in definition:
        return {**definition, "additionalProperties": False}
    return definition
