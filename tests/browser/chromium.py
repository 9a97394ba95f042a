"""Which browser the tests and the pictures drive: Debian's Chromium, which calls nobody."""

import shutil

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
QUIET = ["--disable-sync", "--no-first-run", "--autoplay-policy=user-gesture-required"]
