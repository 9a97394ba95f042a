"""What the list of words for the catalogue takes from the code."""

import pytest

from mes.boards import listed_words
from mes.boards.word_lists import of_program, of_triggers


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('def f(x): raise LinkLost(f"{x.address} is silent.")', ["{address} is silent."]),
        ('why = f"{a.tag} is {b.tag}, not {c.tag}, but {a.tag}."', ["{tag} is {tag_2}, not {tag_3}, but {tag}."]),
        ("def f(): return f\"It offers: {x or 'a list'}.\"", ["It offers: {list}.", "a list"]),
        ('def f():\n    """What it does."""\n    assert x, "It is there."', []),
        ('logger.warning("it is late: %s", x)', []),
        ('rows = "SELECT code FROM equipment_tag WHERE id = %s"', []),
        ('run(task(), name="the collector")', []),
        ('known = {1: "the device is busy"}', ["the device is busy"]),
        ('codes = "BadTimeout BadNoData"', []),
    ],
)
def test_what_a_program_says_is_found(source, found):
    assert list(of_program(source)) == found


def test_what_a_trigger_refuses_is_found_with_its_values():
    source = """SQL = '''RAISE EXCEPTION 'Rows of % are %: it''s refused.', TG_TABLE_NAME, lower(TG_OP)
        USING ERRCODE = 'restrict_violation', HINT = 'Record a correction instead.';
        RAISE EXCEPTION 'for a program'; EXECUTE FUNCTION refuse_change('append-only');'''"""
    assert sorted(of_triggers(source)) == [
        "Record a correction instead.",
        "Rows of {table_name} are {op}: it's refused.",
        "append-only",
    ]


def test_the_list_has_something_of_each_kind():
    assert {"quantity good", "historical work order", "Equipment", "Scrap code"} <= set(listed_words.NAMES)
    assert {"Predecessors done", "A job is worked on at the station where it runs."} <= set(listed_words.GATES)
    assert {"{address} can't be reached: {error}.", "Execute", "Record a correction instead."} <= set(listed_words.TOLD)
