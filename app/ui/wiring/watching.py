"""Live traffic: flows, requests, replay, export."""

from __future__ import annotations

from app.ui.composition import Controllers
from app.ui.window import Window


def wire_traffic(window: Window, parts: Controllers) -> None:
    traffic, dock = parts.traffic, window.dock
    traffic.flows_changed.connect(dock.show_flows)
    traffic.names_changed.connect(dock.show_names_note)
    traffic.watched_changed.connect(dock.show_watched)
    traffic.requests_seen.connect(dock.add_requests)
    dock.replay_asked.connect(parts.replay.replay)
    dock.replay_called_off.connect(parts.replay.cancel)
    parts.replay.answered.connect(dock.show_replay)
    dock.export_asked.connect(parts.export.export)
    parts.export.exported.connect(dock.show_export)
