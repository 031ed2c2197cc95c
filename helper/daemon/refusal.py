"""A request that is answered with `Refused`."""

from __future__ import annotations

from helper.net.kernel_route import NetworkFailed
from helper.net.plan import InvalidNetwork
from helper.net.resolver import ResolverFailed
from helper.protocol.helper_messages import RefusalCode, Refused


class Refusal(Exception):
    def __init__(self, code: RefusalCode, detail: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


REFUSALS = (Refusal, InvalidNetwork, ResolverFailed, NetworkFailed, OSError)
"""What `refused` understands."""


def refused(error: Exception) -> Refused:
    if isinstance(error, Refusal):
        return Refused(error.code, error.detail)
    if isinstance(error, InvalidNetwork):
        return Refused(RefusalCode.INVALID_NETWORK, str(error))
    if isinstance(error, ResolverFailed):
        return Refused(RefusalCode.RESOLVER_FAILED, str(error))
    return Refused(RefusalCode.SYSTEM_FAILED, str(error))
