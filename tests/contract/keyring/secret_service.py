"""A Secret Service for tests: one collection in memory, `python -m tests.contract.keyring.secret_service`.

As much of https://specifications.freedesktop.org/secret-service/ as the package secretstorage asks for. It offers the
algorithm "plain" only, which the specification has every service offer.
"""

from __future__ import annotations

import sys
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_error, new_method_call, new_method_return
from jeepney.io.blocking import open_dbus_connection

BASE = "/org/freedesktop/secrets"
COLLECTION = f"{BASE}/collection/login"
ALIAS = f"{BASE}/aliases/default"
SESSION = f"{BASE}/session/1"
NO_PROMPT = "/"
READY = "ready"


class Service:
    """Items by path: attributes and secret."""

    def __init__(self, is_locked: bool) -> None:
        self.is_locked = is_locked
        self.items: dict[str, tuple[dict[str, str], bytes, str]] = {}
        self._count = 0

    def answer(self, call: Message) -> Message:
        fields = call.header.fields
        path, member = fields[HeaderFields.path], fields[HeaderFields.member]
        match member, call.body:
            case "OpenSession", ("plain", _):
                return new_method_return(call, "vo", (("s", ""), SESSION))
            case "OpenSession", _:
                return new_error(call, "org.freedesktop.DBus.Error.NotSupported", "s", ("plain only",))
            case "ReadAlias", _:
                return new_method_return(call, "o", (COLLECTION,))
            case "Get", (_, name):
                return new_method_return(call, "v", (self._property(path, name),))
            case "Unlock", (paths,) if not self.is_locked:
                return new_method_return(call, "aoo", (paths, NO_PROMPT))
            case "Unlock", _:
                # Nobody is there to answer a prompt: it stays locked.
                return new_error(call, "org.freedesktop.Secret.Error.IsLocked", "s", ("locked",))
        return self._answer_about_items(call, path, member)

    def _answer_about_items(self, call: Message, path: str, member: str) -> Message:
        match member, call.body:
            case "SearchItems", (wanted,):
                found = [
                    path for path, (attributes, _, _) in self.items.items() if wanted.items() <= attributes.items()
                ]
                return new_method_return(call, "ao", (found,))
            case "CreateItem", (properties, secret, is_replacing):
                return new_method_return(call, "oo", (self._create(properties, secret, is_replacing), NO_PROMPT))
            case "GetSecret", (session,):
                _, value, kind = self.items[path]
                return new_method_return(call, "(oayays)", ((session, b"", value, kind),))
            case "Delete", _:
                del self.items[path]
                return new_method_return(call, "o", (NO_PROMPT,))
        return new_error(call, "org.freedesktop.DBus.Error.UnknownMethod", "s", (member,))

    def _property(self, path: str, name: str) -> tuple[str, Any]:
        if name == "Locked":
            return "b", self.is_locked
        if name == "Label":
            return "s", "Login"
        return "a{ss}", self.items[path][0] if path in self.items else {}

    def _create(self, properties: dict[str, Any], secret: tuple[str, bytes, bytes, str], is_replacing: bool) -> str:
        attributes: dict[str, str] = properties["org.freedesktop.Secret.Item.Attributes"][1]
        same = [path for path, (known, _, _) in self.items.items() if known == attributes]
        if same and is_replacing:
            path = same[0]
        else:
            self._count += 1
            path = f"{COLLECTION}/{self._count}"
        self.items[path] = attributes, bytes(secret[2]), secret[3]
        return path


def main(is_locked: bool) -> None:
    connection = open_dbus_connection(bus="SESSION")
    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    connection.send_and_get_reply(new_method_call(bus, "RequestName", "su", ("org.freedesktop.secrets", 0)))
    print(READY, flush=True)
    service = Service(is_locked)
    while True:
        message = connection.receive()
        if message.header.message_type is MessageType.method_call:
            connection.send(service.answer(message))


if __name__ == "__main__":
    main("--locked" in sys.argv)
