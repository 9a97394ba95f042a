"""Every page that anybody can open says only what a catalogue reaches, and what is in the database."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils.translation.trans_real import DjangoTranslation

from tests.plant import Plant
from tests.station.pages import StationPage
from tests.test_authorisation import PEOPLE, pages_of, samples  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.long]

LANGUAGE = "sv"  # that no other test speaks: words are kept by language
WORD = re.compile(r"[^\W\d_]{3,}")
SHOWN = re.compile(r"""\s(?:title|placeholder|alt|aria-label|data-busy|label)="([^"]*)\"""")
# Lists of names in the code: columns of a file, a table, a path; and digests.
CODES = re.compile(r"(?=.*_)[a-z0-9_.,;()\s]+|(?=.*\d)[0-9a-f ]+")
MARKED = re.compile(r"⟦[^⟦⟧]*(?:⟧|…)")
# Names that are the same everywhere, of keys as well; what Django's administration calls its pictures.
NAMES = {"Plantwright", "CSV", "PDF", "PEM", "SHA", "UTC", "Esc", "Enter", "True", "False", "None", "Search"}
OTHERS = {"idempotency", "auth", "contenttypes", "sessions"}  # whose rows are the program's
SAMPLES = {"/design/"}  # shows made-up content


@pytest.fixture
def marked(monkeypatch, settings) -> None:
    """Whatever is translated stands in brackets."""
    settings.LANGUAGES = [("en", "English"), (LANGUAGE, "Svenska")]

    def mark(self: DjangoTranslation, message: str) -> str:
        return f"⟦{message.rpartition(chr(4))[2]}⟧"  # without its context

    def mark_one(self: DjangoTranslation, singular: str, plural: str, number: int) -> str:
        return mark(self, singular if number == 1 else plural)

    monkeypatch.setattr(DjangoTranslation, "gettext", mark)
    monkeypatch.setattr(DjangoTranslation, "ngettext", mark_one)


def bare(page: str) -> Iterator[str]:
    """What a page says, in text and in attributes, without what is marked."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", " ", page, flags=re.DOTALL)
    for piece in [*SHOWN.findall(text), *re.split(r"""<(?:"[^"]*"|[^>"])*>""", text)]:
        said = html.unescape(piece)
        while (shorter := MARKED.sub(" ", said)) != said:
            said = shorter
        yield said


def words_of_data() -> set[str]:
    """The words of all values that are stored."""
    words: set[str] = set()
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label not in OTHERS:
                table = connection.ops.quote_name(model._meta.db_table)
                cells = f"FROM {table} AS one, jsonb_each(to_jsonb(one)) AS cell (name, said)"
                cursor.execute(f"SELECT said #>> '{{}}' {cells} WHERE jsonb_typeof(said) = 'string'")
                words.update(*(WORD.findall(said) for (said,) in cursor.fetchall() if not said.startswith(("{", "["))))
    return words


def unreached(answer: Any, known: set[str]) -> list[str]:
    """What a page says that is neither marked nor in the database."""
    if "html" not in answer.headers.get("content-type", ""):
        return []
    pieces = bare(answer.content.decode())
    return [one.strip() for one in pieces if not set(WORD.findall(one)) <= known and not CODES.fullmatch(one)]


def test_no_page_says_a_word_that_no_translation_reaches(plant: Plant, samples: dict, marked: None) -> None:  # noqa: F811
    known = words_of_data() | NAMES
    clients = {role: Client(headers={"accept-language": LANGUAGE}) for role in PEOPLE}
    for role, who in PEOPLE.items():
        if who:
            clients[role].force_login(plant.people[who])
    pages = [(path, role) for path, role in pages_of(samples) if path not in SAMPLES]
    found = {path: unreached(clients[role].get(path), known) for path, role in pages}
    assert {path: said for path, said in found.items() if said} == {}


def test_no_page_of_a_station_does(plant: Plant, marked: None) -> None:
    """From the queue and a job on, wherever links lead."""
    page = StationPage(plant)
    page.client.defaults["HTTP_ACCEPT_LANGUAGE"] = LANGUAGE
    plant.released(3)
    page.log_on()
    found, ahead = {}, ["/station/", page.start(plant.do(plant.unit(), "10", "20"))]
    known = words_of_data() | NAMES
    while ahead:
        path = ahead.pop()
        if path not in found:
            answer = page.client.get(path, follow=True)
            found[path] = unreached(answer, known)
            links = re.findall(r'(?:href|hx-get)="(/station/[^"#]*)"', answer.content.decode())
            ahead += [html.unescape(link) for link in links]
    assert len(found) > 15
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>⟦On hold: {}⟧ H-1</p>", ["H-1"]),
        ("<p>⟦a ⟦b⟧ c⟧</p>", []),
        ("<p title='x'>⟦too long to be sh…</p>", []),
        ('<button title="Close">⟦x⟧</button>', ["Close"]),
    ],
)
def test_what_is_marked_is_taken_off(page: str, said: list[str]) -> None:
    assert [one.strip() for one in bare(page) if one.strip()] == said
