"""Sentences that a database or a collector put together in English are said in the reader's language."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from mes.boards.listed_words import TOLD
from mes.kernel import words
from mes.kernel.words import told
from tests.languages import speak

GERMAN = {
    "It is here.": "Es ist hier.",
    "{tag} is {tag_2}, not {raw}": "{tag} ist {tag_2} statt {raw}",
    "{address} can't be reached: {error}.": "{address} ist nicht erreichbar: {error}.",
    "no such address": "keine solche Adresse",
    "{code} gives {code}": "{code} gibt {code}",
}


@pytest.fixture(autouse=True)
def german(tmp_path, settings) -> Iterator[None]:
    speak("de", GERMAN, tmp_path, settings)
    words.know(GERMAN)
    with translation.override("de"):
        yield
    words.know(TOLD)


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("It is here.", "Es ist hier."),
        ("SPEED is 3, not 4", "SPEED ist 3 statt 4"),
        ("10.0.0.7 can't be reached: no such address.", "10.0.0.7 ist nicht erreichbar: keine solche Adresse."),
        ("7 gives 7", "7 gibt 7"),
        ("7 gives 8", "7 gives 8"),
        ("What a machine says", "What a machine says"),
        ("", ""),
    ],
)
def test_a_kept_sentence_is_read_in_the_readers_language(kept, read):
    assert told(kept) == read


def test_who_reads_english_reads_what_is_kept():
    with translation.override("en"):
        assert told("SPEED is 3, not 4") == "SPEED is 3, not 4"


def test_a_sentence_without_its_translation_stays_as_it_is():
    words.know(["Message {number} is missing."])
    assert told("Message 7 is missing.") == "Message 7 is missing."
