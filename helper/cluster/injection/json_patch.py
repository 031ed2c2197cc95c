"""The JSON patch (RFC 6902) between two states of an object, bound to the state that was read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Operation = dict[str, Any]


def patch_between(before: dict[str, Any], after: dict[str, Any]) -> list[Operation]:
    """Empty when they are equal. Otherwise the server refuses it with 409 (Conflict) unless the object still has
    `before`'s resourceVersion; a `test` of that would be answered with 422, as for an object that is not valid."""
    operations = list(_changes("", before, after))
    if not operations:
        return []
    version = before["metadata"]["resourceVersion"]
    return [{"op": "replace", "path": "/metadata/resourceVersion", "value": version}, *operations]


def _changes(path: str, before: Any, after: Any) -> Iterator[Operation]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() - after.keys():
            yield {"op": "remove", "path": _below(path, key)}
        for key, value in after.items():
            if key in before:
                yield from _changes(_below(path, key), before[key], value)
            else:
                yield {"op": "add", "path": _below(path, key), "value": value}
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _changes(f"{path}/{index}", one, other)
    else:
        yield {"op": "replace", "path": path, "value": after}


def _below(path: str, key: str) -> str:
    return f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
