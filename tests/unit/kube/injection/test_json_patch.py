from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from helper.cluster.injection.json_patch import patch_between
from helper.cluster.injection.sidecar_template import SidecarSpec, inject
from tests.unit.kube.injection.workloads import any_workload, deployment

_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["", "a", "b"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b/c", "d~e", "~1"]), inner, max_size=3)
    ),
    max_leaves=10,
)


def apply(value: Any, patch: list[dict[str, Any]]) -> Any:
    """RFC 6902, as far as it is used."""
    value = copy.deepcopy(value)
    for operation in patch:
        *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        holder = value
        for part in parents:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        if operation["op"] == "remove":
            del holder[last]
        else:
            assert isinstance(holder, list) or (operation["op"] == "add") == (last not in holder)
            holder[int(last) if isinstance(holder, list) else last] = operation["value"]
    return value


@given(_JSON, _JSON)
def test_applied_it_gives_the_other(one: Any, other: Any) -> None:
    before = {"metadata": {"resourceVersion": "7"}, "spec": one}
    after = {"metadata": {"resourceVersion": "7"}, "spec": other}
    assert apply(before, patch_between(before, after)) == after


@given(any_workload())
def test_an_injection_as_patch(workload: dict[str, Any]) -> None:
    workload["metadata"].setdefault("resourceVersion", "7")
    changed = inject(workload, SidecarSpec(image="i"), "0" * 16, "s")
    assert apply(workload, patch_between(workload, changed)) == changed


def test_it_is_bound_to_what_was_read() -> None:
    after = deployment()
    after["spec"]["replicas"] = 3
    assert patch_between(deployment(), deployment()) == []
    assert patch_between(deployment(), after) == [
        {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"},
        {"op": "replace", "path": "/spec/replicas", "value": 3},
    ]
