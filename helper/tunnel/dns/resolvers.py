"""A `ResolverConfig`, understood."""

from __future__ import annotations

from dataclasses import dataclass

from helper.protocol.worker_messages import ResolverConfig
from helper.tunnel.dns.deciding import Decider
from helper.tunnel.dns.exchange import Server, parse_server


@dataclass(frozen=True)
class Resolvers:
    decider: Decider
    cluster: tuple[Server, ...]
    upstreams: tuple[Server, ...]

    @classmethod
    def parse(cls, config: ResolverConfig) -> Resolvers:
        """Raises ValueError when the configuration holds something that is no address, domain or subnet."""
        return cls(
            decider=Decider(config),
            cluster=tuple(map(parse_server, config.cluster_servers)),
            upstreams=tuple(map(parse_server, config.upstreams)),
        )
