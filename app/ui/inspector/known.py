"""All that surrounds the chosen workload, as far as it is known now."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.controllers.inspector_view import Circumstances
from app.controllers.intercept_views import InterceptRow, Key, OperationView
from app.controllers.views import ConnectionView


@dataclass(frozen=True)
class Known:
    """`context`: the one looked into. `planning`: the workload whose plan is being made."""

    connection: ConnectionView = field(default_factory=ConnectionView)
    context: str | None = None
    intercepts: tuple[InterceptRow, ...] = ()
    operations: tuple[OperationView, ...] = ()
    planning: Key | None = None
    forbidden: str = ""

    @property
    def around(self) -> Circumstances:
        return Circumstances(self.connection, self.context, self.forbidden)

    @property
    def is_here(self) -> bool:
        """What the manager tells is about the cluster looked into."""
        return self.context is None or self.connection.context in (None, self.context)

    def of(self, key: Key) -> tuple[InterceptRow, ...]:
        """Everybody's on this workload; own ones also where the manager has not been asked yet."""
        if not self.is_here:
            return ()
        listed = {one.intercept_id: one for one in self.intercepts if one.key == key}
        own = {one.intercept_id: one for one in self.connection.intercepts if one.key == key}
        gone = {known for known, one in listed.items() if one.mine and known not in own}
        return tuple(one for known, one in {**listed, **own}.items() if known not in gone)

    def operation_of(self, key: Key) -> OperationView | None:
        return next((one for one in self.operations if one.key == key), None)
