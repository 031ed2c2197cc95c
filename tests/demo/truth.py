"""What is so, whoever did it: asked of the command line and of the shop, never remembered."""

from __future__ import annotations

import json
from typing import Any

from tests.demo.place import Hands
from tests.demo.shop_objects import PORT
from tests.lab.shop.storefront import PASSED_ON

URL = f"http://productpage:{PORT}/"
_CURL = ("curl", "--silent", "--show-error", "--max-time", "5")


def curl(*arguments: str) -> tuple[str, ...]:
    return (*_CURL, *arguments)


def page_command(user: str = "") -> tuple[str, ...]:
    """The shop's page as text; as this user when one is named."""
    return curl(*(("--header", f"{PASSED_ON}: {user}") if user else ()), URL)


class Truth:
    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    def status(self) -> dict[str, Any]:
        """As `kubeferry status -o json` tells it; empty when it says nothing."""
        told = self._hands.run(("kubeferry", "status", "-o", "json"), 20)
        try:
            found: dict[str, Any] = json.loads(told.output)
        except json.JSONDecodeError:
            return {}
        return found

    def state(self) -> str:
        return str(self.status().get("state", "unknown"))

    def intercept(self, workload: str) -> dict[str, Any] | None:
        """My own of this workload's name, if there is one."""
        found = (
            one for one in self.status().get("intercepts", []) if one["mine"] and one["workload"].endswith(workload)
        )
        return next(found, None)

    def page(self, user: str = "") -> dict[str, Any]:
        """Who has answered: keys productpage, reviews, ratings, new. Empty when the page does not come."""
        told = self._hands.run((*page_command(user), "--header", "Accept: application/json"), 10)
        try:
            found: dict[str, Any] = json.loads(told.output)
        except json.JSONDecodeError:
            return {}
        return found
