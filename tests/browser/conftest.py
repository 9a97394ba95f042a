"""Debian's Chromium, and a station page of our shells, components and scripts that needs no database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.bench import Bench, bench_server
from tests.browser.chromium import CHROMIUM, FLAGS, QUIET

# Playwright's synchronous API keeps an event loop in this thread, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# Every tone that the page plays, for tests to hear.
EARS = """
window.tones = [];
const Real = window.OscillatorNode;
window.OscillatorNode = class extends Real {
  constructor(context, options) { super(context, options); window.tones.push(options.frequency); }
};
"""


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """While it runs its thread has an event loop, and asyncio begins no other there."""
    if CHROMIUM is None:
        if os.environ.get("MES_BROWSER_REQUIRED"):
            pytest.fail("MES_BROWSER_REQUIRED is set and there is no chromium on the PATH")
        pytest.skip("no chromium on the PATH (apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def bench() -> Iterator[Bench]:
    with bench_server() as server:
        yield server


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of 1280 x 800. The test fails when the page raises an error or breaks the content security policy."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(EARS)
    page = context.new_page()
    page.set_default_timeout(5000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def station(page: Page, bench: Bench) -> Page:
    page.goto(bench.url)
    return page
