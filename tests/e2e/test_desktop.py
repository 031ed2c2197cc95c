"""Everything by mouse: real windows, a window manager, a panel with a tray, real clicks and keys."""

from __future__ import annotations

import re

from tests.e2e.bookinfo import Bookinfo
from tests.e2e.desktop_window import INTERCEPT_S, DesktopWindow
from tests.e2e.driver import Kubeferry
from tests.e2e.local_service import LAPTOP, LocalService
from tests.lab.workloads.bookinfo import BOOKINFO

HEADER = ("x-user", "desk")
PATH = "/by-mouse"


def test_connects_and_disconnects(window: DesktopWindow, kubeferry: Kubeferry) -> None:
    screen = window.screen
    window.wait_for_state("Disconnected")
    screen.wait_for("the icon in the tray", window.tray_place)
    hollow = window.settled_tray_image()
    screen.shot("01-disconnected")
    window.switch.click()
    window.agree("Connect", before="02-what-connecting-would-do")
    window.wait_for_state("Connected")
    assert kubeferry.status()["state"] == "connected"
    solid = window.wait_for_other_tray_image(hollow)
    screen.shot("03-connected")
    window.switch.click()
    window.wait_for_state("Disconnected")
    assert kubeferry.status()["state"] == "disconnected"
    assert window.wait_for_other_tray_image(solid) == hollow
    screen.keys("ctrl+q")
    assert not window.wait_for_end()


def test_a_mesh_from_the_first_click_to_the_last(
    window: DesktopWindow, kubeferry: Kubeferry, bookinfo: Bookinfo
) -> None:
    screen, before = window.screen, bookinfo.shapes()
    window.wait_for_state("Disconnected")
    window.look_into(BOOKINFO)
    window.switch.click()
    window.agree("Connect")
    window.wait_for_state("Connected")
    with LocalService(kubeferry):
        window.choose("reviews")
        window.fill("Name of header 1", HEADER[0])
        screen.tab_to("Value of header 1")
        screen.type(HEADER[1])
        screen.shot("04-a-rule-for-reviews")
        window.flip("Mesh")
        window.agree("Start mesh", before="05-what-the-mesh-would-change")
        screen.find("label", "On: the traffic comes to this machine.", within_s=INTERCEPT_S)
        window.tab("Requests")
        bookinfo.wait_for_who({LAPTOP}, "reviews", HEADER, within_s=5)
        bookinfo.wait_for_who(None, "reviews", within_s=5)
        assert bookinfo.client.who("reviews", 9080, HEADER, path=PATH) == LAPTOP
        screen.find("cell", PATH)
        assert screen.all("cell", "laptop")
        assert screen.all("cell", "cluster")
        (mine,) = [one for one in kubeferry.intercepts() if one["mine"]]
        assert mine["rule"] == "=".join(HEADER)
        screen.shot("06-requests-arrive")
        assert window.nameless() == []
        screen.find("push button", re.compile("^Stop ")).click()
        bookinfo.wait_until_restored(before)
        screen.gone("push button", re.compile("^Stop "))
        assert kubeferry.intercepts() == []
        screen.shot("07-stopped")
    window.open_tray_menu()
    screen.choose("Disconnect")
    window.wait_for_state("Disconnected")
    window.open_tray_menu()
    screen.choose("Quit")
    assert not window.wait_for_end()
