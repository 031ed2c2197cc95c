"""One query from its bytes to the answer's bytes: parse, decide, ask, rewrite, fit."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from helper.tunnel.dns import exchange, header, messages, rewriting
from helper.tunnel.dns.deciding import UNAVAILABLE, UPSTREAM_ONLY, Decider, Labels, Plan
from helper.tunnel.dns.exchange import Server
from helper.tunnel.dns.messages import Query, Rejected
from helper.tunnel.dns.resolvers import Resolvers

log = logging.getLogger(__name__)

QUERY_DEADLINE_S = 5.0
"""After this long glibc asks again by itself (RES_TIMEOUT)."""


@dataclass
class Answerer:
    """Answers queries by what it is told at the moment. `own` is never asked: that would be ourselves."""

    resolvers: Resolvers | None = None
    tunnel_up: bool = False
    own: Server | None = None

    async def answer(self, raw: bytes, *, over_tcp: bool) -> bytes | None:
        """Returns the answer, None for what is better left without one."""
        query = messages.parse_query(raw)
        if isinstance(query, Rejected):
            return query.answer
        try:
            async with asyncio.timeout(QUERY_DEADLINE_S):
                response = await self._resolve(query, over_tcp)
        except TimeoutError:
            response = None
        if response is None:
            response = self._failure(query)
        return response if over_tcp else messages.fitted(query, response)

    async def _resolve(self, query: Query, over_tcp: bool) -> bytes | None:
        if self.resolvers is None:
            return None
        plan = self._plan(query, self.resolvers.decider)
        for name in plan.cluster_names:
            response = await self._ask_cluster(query, name, self.resolvers.cluster, over_tcp)
            if not plan.upstream or (response is not None and _exists(response)):
                return response
        if not plan.upstream:
            return None
        upstreams = [server for server in self.resolvers.upstreams if server != self.own]
        response = await _ask_in_order(upstreams, query.raw, over_tcp)
        if response is None:
            return None
        response = header.with_id(response, query.raw[:2])
        # The cluster may have this name in a moment (or had it before the tunnel broke).
        ambiguous = self._plan(query, self.resolvers.decider, tunnel_up=True) != UPSTREAM_ONLY
        return messages.short_lived(response) if ambiguous else response

    def _plan(self, query: Query, decider: Decider, *, tunnel_up: bool | None = None) -> Plan:
        if not query.is_internet:
            return UPSTREAM_ONLY
        plan = decider.decide(query.name, query.rdtype, tunnel_up=self.tunnel_up if tunnel_up is None else tunnel_up)
        return UPSTREAM_ONLY if plan.upstream and query.extras else plan

    async def _ask_cluster(self, query: Query, name: Labels, servers: Sequence[Server], over_tcp: bool) -> bytes | None:
        same_name = name == query.name
        request = query.raw if same_name else messages.asked_as(query, name)
        response = await _ask_in_order(servers, request, over_tcp)
        if response is not None and header.is_truncated(response) and not over_tcp:
            # The server may have a lower limit than the client, and a rewritten answer may be smaller.
            response = await _ask_in_order(servers, request, True) or response
        if response is None:
            return None
        if same_name or not _exists(response):
            return header.with_id(response, query.raw[:2])
        try:
            return rewriting.rewritten(query, name, response)
        except rewriting.UnreadableAnswer as error:
            log.debug("answer of the cluster's DNS not understood: %s", error)
            return None

    def _failure(self, query: Query) -> bytes:
        """SERVFAIL, whatever is missing: a server, its answer, or the tunnel.

        REFUSED would be EAI_FAIL in glibc, which also ends the walk through the search list; SERVFAIL goes on to the
        next name and server, and is EAI_AGAIN ("Temporary failure in name resolution") in the end, just as without
        a network. systemd-resolved asks its other servers after REFUSED only, but there are no others on our link, and
        after SERVFAIL it tries once more with fewer features, which costs nothing here.
        """
        unavailable = self.resolvers is not None and self._plan(query, self.resolvers.decider) == UNAVAILABLE
        if not unavailable:
            reason = (messages.EDE_NO_REACHABLE_AUTHORITY, "no name server answered")
        else:
            reason = (messages.EDE_NOT_READY, "the tunnel to the cluster is down")
        return messages.failure(query, header.SERVFAIL, *reason)


def _exists(response: bytes) -> bool:
    """Does the name exist, with or without records of the type? NXDOMAIN after a CNAME is about its target."""
    return header.rcode(response) == header.NOERROR or (
        header.rcode(response) == header.NXDOMAIN and header.answer_count(response) > 0
    )


async def _ask_in_order(servers: Sequence[Server], request: bytes, over_tcp: bool) -> bytes | None:
    """Returns the first answer that is no server failure, else the last failure, None when no server answered."""
    ask = exchange.ask_tcp if over_tcp else exchange.ask_udp
    failed: bytes | None = None
    for server in servers:
        try:
            response = await ask(server, header.with_id(request, secrets.token_bytes(2)))
        except OSError as error:  # TimeoutError is one.
            log.debug("no answer from %s: %s", server.address, error)
            continue
        if header.rcode(response) not in header.SERVER_FAILURES:
            return response
        failed = response
    return failed
