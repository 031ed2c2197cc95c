"""Why a setting cannot be taken, in words."""

from __future__ import annotations

from app.domain.setting_checks import Fault, check_image, check_namespace, check_secret, read_subnets
from app.ui.translation import mark, tr

FAULTS = {
    Fault.NOT_A_NAME: mark("A name has small letters, digits and hyphens, and begins and ends with a letter or digit."),
    Fault.NOT_AN_IMAGE: mark("This is not an image name; write it like registry.example.com/team/manager:1.2."),
    Fault.NOT_A_SUBNET: mark("{subnet} is not a subnet; write it like 10.0.0.0/8 or fd00::/8."),
    Fault.WHOLE_INTERNET: mark("{subnet} is too large: it takes a good part of the internet into the cluster."),
}


def fault_words(fault: Fault | None, text: str = "") -> str:
    return "" if fault is None else tr(FAULTS[fault], subnet=text)


def namespace_fault(text: str) -> str:
    return fault_words(check_namespace(text))


def secret_fault(text: str) -> str:
    return fault_words(check_secret(text))


def image_fault(text: str) -> str:
    return fault_words(check_image(text))


def subnets_fault(text: str) -> str:
    _, fault, word = read_subnets(text)
    return fault_words(fault, word)
