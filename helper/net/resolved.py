"""systemd-resolved over D-Bus: org.freedesktop.resolve1(5). What is set on a link vanishes with the link.

Every call opens its own connection to the system bus (about a millisecond): nothing to keep alive, and a bus or a
resolved that was restarted needs no care.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, MessageType, Properties, new_method_call
from jeepney.auth import AuthenticationError
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse

from helper.net.plain_file import read_plain
from helper.net.plan import DnsPlan
from helper.net.resolv_conf_text import nameservers
from helper.net.resolver import LinkRef, ResolverFailed
from helper.protocol.helper_messages import ResolverBackend

NSSWITCH_CONF = Path("/etc/nsswitch.conf")
_NAME = "org.freedesktop.resolve1"
_MANAGER = DBusAddress("/org/freedesktop/resolve1", bus_name=_NAME, interface=f"{_NAME}.Manager")
_STUBS = frozenset({"127.0.0.53", "127.0.0.54"})
_CALL_TIMEOUT_S = 3.0
_PROBE_TIMEOUT_S = 1.0
_DNS_PORT = 53
_ERRORS = (DBusErrorResponse, OSError, AuthenticationError)
_GONE = frozenset({f"{_NAME}.NoSuchLink", "org.freedesktop.DBus.Error.ServiceUnknown"})
_OPTIONAL = frozenset({"org.freedesktop.DBus.Error.UnknownMethod", "org.freedesktop.DBus.Error.NotSupported"})

_log = logging.getLogger(__name__)


class Resolved:
    backend = ResolverBackend.SYSTEMD_RESOLVED

    def set_dns(self, link: LinkRef, dns: DnsPlan) -> None:
        family = socket.AF_INET if dns.server.version == 4 else socket.AF_INET6
        domains = [(name, False) for name in dns.search_domains]
        domains += [(name, True) for name in dns.match_domains if name not in dns.search_domains]
        index = link.index
        try:
            with _bus() as bus:
                _call(bus, "SetLinkDNS", "ia(iay)", (index, [(family, dns.server.packed)]))
                _call(bus, "SetLinkDomains", "ia(sb)", (index, domains))
                _call(bus, "SetLinkDefaultRoute", "ib", (index, False), optional=True)
                _call(bus, "SetLinkDNSOverTLS", "is", (index, "no"), optional=True)
                _call(bus, "SetLinkDNSSEC", "is", (index, "no"), optional=True)
                _call(bus, "SetLinkLLMNR", "is", (index, "no"), optional=True)
                _call(bus, "SetLinkMulticastDNS", "is", (index, "no"), optional=True)
                _call(bus, "FlushCaches", "", (), optional=True)
        except _ERRORS as error:
            with contextlib.suppress(*_ERRORS), _bus() as bus:
                _call(bus, "RevertLink", "i", (index,))
            raise ResolverFailed(f"systemd-resolved: {_text(error)}") from error

    def revert(self, link: LinkRef) -> tuple[str, ...]:
        try:
            with _bus() as bus:
                with _link_may_be_gone():
                    _call(bus, "RevertLink", "i", (link.index,))
                _call(bus, "FlushCaches", "", (), optional=True)
        except _ERRORS as error:
            _log.warning("systemd-resolved was not told that %s ends: %s", link.name, _text(error))
        return ()

    def upstreams(self, ours: frozenset[str]) -> tuple[str, ...]:
        names = {index: name for index, name in socket.if_nameindex()}
        try:
            with _bus() as bus:
                found = _servers(_get(bus, "DNS"), ours, names)
                return found or _servers(_get(bus, "FallbackDNS"), ours, names)
        except _ERRORS as error:
            _log.warning("systemd-resolved does not say which servers it uses: %s", _text(error))
            return ()


def is_in_charge(resolv_conf: Path, nsswitch: Path = NSSWITCH_CONF) -> bool:
    """Does resolved run, and do programs ask it: through its stub in resolv.conf, or through the C library's module?"""
    try:
        with _bus(_PROBE_TIMEOUT_S) as bus:
            reply = bus.send_and_get_reply(message_bus.NameHasOwner(_NAME), timeout=_PROBE_TIMEOUT_S)
            if not _body(reply)[0]:
                return False
    except _ERRORS:
        return False
    return leads_to_resolved(resolv_conf, nsswitch)


def leads_to_resolved(resolv_conf: Path, nsswitch: Path) -> bool:
    servers = nameservers(_read(resolv_conf))
    return bool(servers and _STUBS.issuperset(servers)) or _hosts_ask_resolved(_read(nsswitch))


def _hosts_ask_resolved(nsswitch: str) -> bool:
    for line in nsswitch.splitlines():
        words = line.partition("#")[0].split()
        if words and words[0] == "hosts:":
            sources = [word for word in words[1:] if word in ("resolve", "dns")]
            return sources[:1] == ["resolve"]
    return False


@contextlib.contextmanager
def _bus(timeout_s: float = _CALL_TIMEOUT_S) -> Iterator[DBusConnection]:
    address = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
    bus = open_dbus_connection(address or "SYSTEM", enable_fds=False)
    bus.sock.settimeout(timeout_s)
    try:
        yield bus
    finally:
        bus.close()


@contextlib.contextmanager
def _link_may_be_gone() -> Iterator[None]:
    try:
        yield
    except DBusErrorResponse as error:
        if error.name not in _GONE:
            raise


def _call(bus: DBusConnection, method: str, signature: str, body: tuple[Any, ...], *, optional: bool = False) -> None:
    message = new_method_call(_MANAGER, method, signature or None, body)
    try:
        _body(bus.send_and_get_reply(message, timeout=_CALL_TIMEOUT_S))
    except DBusErrorResponse as error:
        if not optional or error.name not in _OPTIONAL:
            raise
        _log.debug("systemd-resolved has no %s: %s", method, error.name)


def _get(bus: DBusConnection, name: str) -> list[tuple[int, int, bytes]]:
    reply = bus.send_and_get_reply(Properties(_MANAGER).get(name), timeout=_CALL_TIMEOUT_S)
    ((_, value),) = _body(reply)
    return list(value)


def _body(reply: Any) -> tuple[Any, ...]:
    if reply.header.message_type is MessageType.error:
        raise DBusErrorResponse(reply)
    return tuple(reply.body)


def _servers(entries: list[tuple[int, int, bytes]], ours: frozenset[str], names: dict[int, str]) -> tuple[str, ...]:
    found = []
    for index, _, packed in entries:
        if names.get(index) in ours:
            continue
        address = ipaddress.ip_address(bytes(packed))
        scope = f"%{names[index]}" if address.is_link_local and address.version == 6 and index in names else ""
        found.append(f"{address}{scope}")
    return tuple(dict.fromkeys(found))


def _text(error: Exception) -> str:
    return error.name if isinstance(error, DBusErrorResponse) else str(error)


def _read(path: Path) -> str:
    try:
        return read_plain(path).decode(errors="replace")
    except OSError:
        return ""
