"""All that surrounds the chosen workload, as far as it is known now."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.controllers.inspector_view import Circumstances, looks_at_connected
from app.controllers.intercept_views import InterceptRow, Key, OperationView
from app.controllers.views import ConnectionView


@dataclass(frozen=True)
class Known:
    """`context`: the one looked into. `planning`: plans that are being made."""

    connection: ConnectionView = field(default_factory=ConnectionView)
    context: str | None = None
    intercepts: tuple[InterceptRow, ...] = ()
    operations: tuple[OperationView, ...] = ()
    planning: tuple[OperationView, ...] = ()
    forbidden: str = ""

    @property
    def around(self) -> Circumstances:
        return Circumstances(self.connection, self.context, self.forbidden)

    @property
    def place(self) -> str:
        """The cluster that the shown workloads are in."""
        return self.context or self.connection.context or ""

    @property
    def is_here(self) -> bool:
        return looks_at_connected(self.context, self.connection)

    def of(self, key: Key) -> tuple[InterceptRow, ...]:
        """Everybody's on this workload; own ones also where the manager has not been asked yet."""
        if not self.is_here:
            return ()
        listed = {one.intercept_id: one for one in self.intercepts if one.key == key}
        own = {one.intercept_id: one for one in self.connection.intercepts if one.key == key}
        gone = {known for known, one in listed.items() if one.mine and known not in own}
        return tuple(one for known, one in {**listed, **own}.items() if known not in gone)

    def operation_of(self, key: Key) -> OperationView | None:
        """Making a plan is one, too."""
        if not self.is_here:
            return None
        return next((one for one in (*self.operations, *self.planning) if one.key == key), None)
