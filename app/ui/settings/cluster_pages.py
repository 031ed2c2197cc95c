"""Settings of connections: routes, what is installed in clusters, what to do when the tunnel is lost.

They count from the next connection on; one that is up stays as it is.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.domain.setting_checks import read_subnets
from app.domain.subnets import OnOverlap
from app.settings.preferences import OnDrop, Preferences
from app.settings.store import PreferenceStore
from app.ui.settings.fault_words import image_fault, namespace_fault, secret_fault, subnets_fault
from app.ui.settings.setting_rows import Check, ChoiceRow, FieldRow, SettingsPage
from app.ui.translation import tr


def change_choices(store: PreferenceStore, **fields: Any) -> None:
    """Replaces these fields of ClusterChoices."""
    store.change(cluster=msgspec.structs.replace(store.value.cluster, **fields))


class ConnectionPage(SettingsPage):
    def __init__(self, store: PreferenceStore) -> None:
        super().__init__(tr("Connection"), tr("Counts from the next connection on."))
        self.on_drop = ChoiceRow(
            tr("When the tunnel is lost"),
            (
                (
                    OnDrop.HOLD.value,
                    tr("Hold the routes and try again"),
                    tr("Cluster addresses wait until it is back, and never lead anywhere else meanwhile."),
                ),
                (
                    OnDrop.RELEASE.value,
                    tr("Give the routes back after 15 s"),
                    tr("The connection ends and your network is as it was before. You connect again yourself."),
                ),
            ),
        )
        self.on_overlap = ChoiceRow(
            tr("When the cluster and a local network have the same addresses"),
            (
                (
                    OnOverlap.REFUSE.value,
                    tr("Do not connect"),
                    tr("The sentence names the network that is in the way."),
                ),
                (
                    OnOverlap.EXCLUDE.value,
                    tr("Keep the local network"),
                    tr("The cluster's addresses in it stay out of reach."),
                ),
            ),
        )
        self.include = _subnets(
            tr("Also route these subnets"), tr("Networks that are reached through the cluster, such as a database's.")
        )
        self.exclude = _subnets(tr("Never route these subnets"), tr("They stay outside of the tunnel."))
        for row in (self.on_drop, self.on_overlap, self.include, self.exclude):
            self.add_row(row)
        self.on_drop.chosen.connect(lambda key: change_choices(store, on_drop=OnDrop(key)))
        self.on_overlap.chosen.connect(lambda key: change_choices(store, on_overlap=OnOverlap(key)))
        self.include.accepted.connect(lambda text: change_choices(store, include=read_subnets(text)[0]))
        self.exclude.accepted.connect(lambda text: change_choices(store, exclude=read_subnets(text)[0]))

    def show_preferences(self, preferences: Preferences) -> None:
        choices = preferences.cluster
        self.on_drop.show_choice(choices.on_drop.value)
        self.on_overlap.show_choice(choices.on_overlap.value)
        _show(self.include, ", ".join(choices.include))
        _show(self.exclude, ", ".join(choices.exclude))


class ClusterPage(SettingsPage):
    def __init__(self, store: PreferenceStore) -> None:
        super().__init__(
            tr("Cluster"),
            tr("What Kubeferry installs, and from where; empty means the default. Counts from the next connection on."),
        )
        self._fields: dict[str, FieldRow] = {}
        self._add(
            store,
            "manager_namespace",
            FieldRow(
                tr("Namespace of the traffic manager"),
                tr("Where it is, or is installed when there is none. Empty: Kubeferry looks for it."),
                namespace_fault,
                placeholder="kubeferry",
            ),
        )
        self._add(
            store,
            "image",
            _image(tr("Image of the traffic manager"), tr("Used when it is installed; one that runs keeps its own.")),
        )
        self._add(
            store,
            "sidecar_image",
            _image(tr("Image of the sidecar"), tr("Empty: the one beside the traffic manager's.")),
        )
        self._add(
            store,
            "pull_secret",
            FieldRow(
                tr("Pull secret"),
                tr(
                    "Name of the Secret with the registry's password. It has to be in the traffic manager's namespace "
                    "and in that of each workload; Kubeferry never sees what is in it."
                ),
                secret_fault,
                placeholder=tr("none"),
            ),
        )

    def field(self, name: str) -> FieldRow:
        """`name` is that of the field in ClusterChoices."""
        return self._fields[name]

    def show_preferences(self, preferences: Preferences) -> None:
        for name, row in self._fields.items():
            _show(row, getattr(preferences.cluster, name))

    def _add(self, store: PreferenceStore, name: str, row: FieldRow) -> None:
        self._fields[name] = row
        row.accepted.connect(lambda text: change_choices(store, **{name: text}))
        self.add_row(row)


def _show(row: FieldRow, text: str) -> None:
    """What somebody is writing at the moment, or has not finished, stays."""
    if not row.field.hasFocus() and not row.fault:
        row.show_text(text)


def _subnets(name: str, hint: str, check: Check = subnets_fault) -> FieldRow:
    return FieldRow(name, hint, check, placeholder="10.20.0.0/16, fd00:20::/48")


def _image(name: str, hint: str) -> FieldRow:
    return FieldRow(name, hint, image_fault, placeholder="registry.example.com/team/kubeferry:1.2")
