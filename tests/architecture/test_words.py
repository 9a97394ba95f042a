"""Every sentence that a template shows can be translated, and the catalogue can be made."""

import html
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

from mes.embedded.home import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# The living page of components shows made-up content; it is for who builds pages.
SAMPLES = {"components/index.html"}
# Names and signs that are the same in every language.
NAMES = {"Plantwright", "CSV", "PDF", "SHA"}
# Blocks that hold attributes or a class, not text.
OF_ATTRIBUTES = {"body_attributes", "finds", "main_attributes", "main_class", "scan"}
SHOWN_ATTRIBUTES = r"""\s(?:title|placeholder|alt|aria-label|data-busy|label)="([^"]*)\""""
WORD = re.compile(r"[^\W\d_]{3,}")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "templates").as_posix()


def untranslated(source: str) -> str:
    """The template without its tags and without what stands in blocktranslate and comment."""
    kept, inside = [], ""
    for token in Lexer(source).tokenize():
        tag = token.contents.split()[0] if token.token_type == TokenType.BLOCK and token.contents else ""
        if tag in {"blocktranslate", "comment"} or (tag == "block" and token.contents.split()[1] in OF_ATTRIBUTES):
            inside = tag
        elif tag == f"end{inside}":
            inside = ""
        elif not inside and token.token_type == TokenType.TEXT:
            kept.append(token.contents)
        elif not inside and token.token_type != TokenType.COMMENT:
            kept.append("\0")  # something stands here, in text or within an attribute
    return "".join(kept)


def bare_words(source: str) -> list[str]:
    """Words for people, in text and in attributes that are shown, which no translation reaches."""
    text = html.unescape(untranslated(source))
    text = re.sub(r"<kbd>.*?</kbd>", " ", text)  # a key is called what stands on it
    text = re.sub(r"<(script|style|svg)\b.*?</\1>|<!--.*?-->", " ", text, flags=re.S)
    shown = re.sub(r"<meta\b[^>]*>", " ", text)
    pieces = [*re.findall(SHOWN_ATTRIBUTES, shown), *re.split(r"""<(?:"[^"]*"|[^>"])*>""", shown)]
    return [
        piece.replace("\0", "…").strip() for piece in pieces if any(word not in NAMES for word in WORD.findall(piece))
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_template_holds_a_bare_sentence(path: Path) -> None:
    if name_of(path) not in SAMPLES:
        assert bare_words(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Open holds</p>", ["Open holds"]),
        ('<p>{% translate "Open holds" %}</p>', []),
        ("{% blocktranslate %}{{ n }} open{% endblocktranslate %}{# a note #}", []),
        ('<button title="Close it">{{ word }}</button>', ["Close it"]),
        ('<a class="button" href="/orders/">{{ order }}</a>', []),
    ],
)
def test_a_bare_sentence_is_found(source: str, found: list[str]) -> None:
    assert bare_words(source) == found


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="no gettext tools (apt install gettext)")
def test_the_catalogue_of_sentences_can_be_made(tmp_path: Path) -> None:
    """`makemessages` reads every template and module; the English catalogue has no translations, only what there is."""
    tree = tmp_path / "tree"
    ignore = shutil.ignore_patterns(".venv", ".git", "var", "tests", "static_collected", "__pycache__")
    shutil.copytree(ROOT, tree, ignore=ignore)
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "de", "--ignore", "locale"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    catalogue = (tree / "locale" / "de" / "LC_MESSAGES" / "django.po").read_text()
    of_templates = ("Late orders", "Good day, %(user)s", "What needs somebody carries a mark.")
    of_modules = (
        "Order {order} is {status}.",
        "number with limits",
        "An order's quantity is more than 0.",
        "take over",
        "Disable (needs a reason)",  # marked by lazy
        "historical work order",  # listed: Django makes it
        "{address} can't be reached: {error}.",  # listed: a driver says it
    )
    for sentence in (*of_templates, *of_modules):
        assert f'msgid "{sentence}"' in catalogue


def test_a_page_says_the_language_that_it_is_in(client) -> None:
    """A browser that wants a language without a catalogue gets all of it in English, not half of it."""
    page = client.get("/login/", headers={"accept-language": "de"}).content.decode()
    assert '<html lang="en"' in page
    assert "Password" in page
    known = {folder.name for folder in (ROOT / "locale").iterdir() if folder.is_dir()}
    assert {code for code, _ in settings.LANGUAGES} == known | {"en"}
