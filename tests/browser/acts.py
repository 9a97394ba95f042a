"""What people and scanners do at a station."""

import time
from collections.abc import Callable

from playwright.sync_api import Page

SCANNER_S = 0.005  # between two characters of a scanner; the page's limit is 35 ms
GROUP_SEPARATOR = "\u001d"
CTRL = 2  # the bit of the modifier in the browser's protocol
HAND_MS = 90  # between two keys of a quick typist


def scan(page: Page, code: str) -> None:
    """A scanner's burst: the code and Enter. The time stamps are a scanner's, however busy this machine is."""
    keys = page.context.new_cdp_session(page)
    began = time.time()
    for position, character in enumerate([*code, "Enter"]):
        stroke = {"key": character, "timestamp": began + position * SCANNER_S}
        if character == "Enter":
            stroke |= {"code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        elif character == GROUP_SEPARATOR:
            stroke |= {"key": "]", "code": "BracketRight", "windowsVirtualKeyCode": 221, "modifiers": CTRL}
        else:
            stroke |= {"text": character}
        keys.send("Input.dispatchKeyEvent", {"type": "keyDown" if "text" in stroke else "rawKeyDown", **stroke})
    keys.detach()


def enter(page: Page, text: str) -> None:
    page.keyboard.type(text, delay=HAND_MS)


def wait_until(page: Page, holds: Callable[[], bool], *, within_ms: int = 3000) -> None:
    """Waits for something on the server's side; fails when it does not come."""
    for _ in range(within_ms // 20):
        if holds():
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"not within {within_ms} ms")
