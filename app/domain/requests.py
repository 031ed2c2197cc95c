"""One HTTP request that went through a workload's sidecar, as it is shown, filtered and exported."""

from __future__ import annotations

import msgspec

HIDDEN = "(hidden)"
"""In place of a header's value that is a secret: who watches a workload is not always whose request it was."""

LAPTOP = "laptop"
CLUSTER = "cluster"

Headers = tuple[tuple[str, str], ...]
WorkloadKey = tuple[str, str, str]
"""(kind, namespace, name)."""


class SeenRequest(msgspec.Struct, frozen=True, gc=False):
    """A Struct, for thousands are kept: the garbage collector need not look at them, and they are made quickly.

    `time`: of its beginning, seconds since the epoch. `status` 0: it ended without an answer.

    `verdict`: LAPTOP or CLUSTER. `rule` and `owner`: of the rule that took it to a laptop; empty where none did, or
    where it is not known (any more) whose it was. `port`: the pod's. `headers`: those that are logged, not all.
    """

    time: float
    method: str
    path: str
    status: int
    duration_s: float
    verdict: str
    workload: WorkloadKey
    pod: str
    host: str = ""
    protocol: str = ""
    port: int = 0
    grpc_status: int | None = None
    intercept_id: str = ""
    rule: str = ""
    owner: str = ""
    mine: bool = False
    headers: Headers = ()

    @property
    def is_failure(self) -> bool:
        """No answer, one that says the server failed, or gRPC's own word for a failure."""
        return self.status == 0 or self.status >= 500 or bool(self.grpc_status)

    @property
    def is_grpc(self) -> bool:
        if self.grpc_status is not None:
            return True
        return any(name == "content-type" and value.startswith("application/grpc") for name, value in self.headers)
