"""Reading a table from a file's bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mes.kernel.csv_import import FIELD_LIMIT, Columns, ColumnsWrong, FileUnreadable, read, table_of
from mes.kernel.desk import refusal_of

COLUMNS = Columns(required=("name", "size"), optional=("colour",))


def rows(content: bytes) -> list[tuple[int, str, str, str]]:
    return [(row.number, row["name"], row["size"], row["colour"]) for row in read(content, COLUMNS).rows]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_each_encoding_and_with_each_separator(encoding: str, separator: str) -> None:
    content = "name,size,colour\nKörper,3,blau\n".replace(",", separator).encode(encoding)
    assert rows(content) == [(2, "Körper", "3", "blau")]


def test_big_endian_utf_16_is_read_too() -> None:
    assert rows(b"\xfe\xff" + "name,size\na,1\n".encode("utf-16-be")) == [(2, "a", "1", "")]


def test_quoted_fields_hold_separators_quotes_and_line_ends() -> None:
    assert rows(b'size,name\n1,"a, ""b""\nc"\n2,d\n') == [(2, 'a, "b"\nc', "1", ""), (4, "d", "2", "")]


def test_line_ends_may_be_mixed_and_empty_lines_are_passed_over() -> None:
    assert rows(b"name,size\r\na,1\n\n,,\r\nb,2\rc,3") == [(2, "a", "1", ""), (5, "b", "2", ""), (6, "c", "3", "")]


def test_columns_come_in_any_order_and_case_and_cells_are_trimmed() -> None:
    assert rows(b" Size , NAME\n 1 , a \n") == [(2, "a", "1", "")]


def test_a_row_of_another_length_is_an_error_of_that_row_alone() -> None:
    table = read(b"name,size\na,1,2\nb,2\nc\n", COLUMNS)
    assert [row.number for row in table.rows] == [3]
    assert [(e.row, e.where, e.what) for e in table.errors] == [
        (2, "row 2", "It has 3 fields, the header has 2."),
        (4, "row 4", "It has 1 fields, the header has 2."),
    ]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "empty"),
        (b" \r\n\n", 1, "empty"),
        (b"\xef\xbb\xbf", 1, "empty"),
        (b",,,\n", 1, "separators and no text"),
        (b'""\n', 1, "separators and no text"),
        (b"\n;\n;\n", 1, "separators and no text"),
        (b"name,size\n", 1, "no row below"),
        (b"name,size\na,1\nK\xf6rper,2\n", 3, "0xF6 is not UTF-8"),
        (b"\xef\xbb\xbfname,size\n\xf6,2\n", 2, "0xF6 is not UTF-8"),
        (b"\xff\xfe" + "name,size\na,1\n".encode("utf-16-le") + b"\x00\xd8\n\x00", 3, "not UTF-16"),
        ("name,size\na,1\n".encode("utf-16-le"), 1, "NUL"),
        (b"name,size\na,1\nb\0,2\n", 3, "NUL"),
        (b'name,size\na,1\n"b,2\nc,3\n', 3, "never closed"),
        (b'name,size\na,1\n"b"x,2\n', 3, "inside a quoted text"),
        (b"name,size\na,1\n" + b"x" * (FIELD_LIMIT + 1) + b",2\n", 3, "longer than"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(content: bytes, line: int, words: str) -> None:
    with pytest.raises(FileUnreadable) as refused:
        read(content, COLUMNS)
    assert refused.value.errors[0].row == line
    assert words in refused.value.why
    assert f"Line {line}:" in refused.value.why
    assert refused.value.do


def test_wrong_columns_are_refused_by_name_all_at_once() -> None:
    with pytest.raises(ColumnsWrong) as refused:
        read(b"name,name,weight,\na,b,1,\n", COLUMNS)
    assert {(e.column, e.what) for e in refused.value.errors} == {
        ("name", "The column is there twice."),
        ("weight", "There is no such column."),
        ("(no name)", "There is no such column."),
        ("size", "The column is missing."),
    }


def test_items_of_a_request_are_rows_counted_from_zero() -> None:
    table = table_of([{"name": "a", "size": 3}, {"name": None, "size": "1", "weight": 2}], COLUMNS)
    assert [dict(row.values) for row in table.rows] == [
        {"name": "a", "size": "3", "colour": ""},
        {"name": "", "size": "1", "colour": ""},
    ]
    assert [(e.row, e.column) for e in table.errors] == [(1, "weight")]


SCRAPS = st.lists(
    st.sampled_from(["name", "size", ",", ";", "\t", '"', "\r", "\n", " ", "\x85", "é", "1"]), max_size=30
)
FILES = st.binary(max_size=60) | st.builds(
    lambda scraps, encoding: "".join(scraps).encode(encoding),
    SCRAPS,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
)


@given(FILES)
def test_whatever_comes_gives_rows_or_a_refusal_that_says_what_to_do(content: bytes) -> None:
    refusal = refusal_of(read, content, COLUMNS)
    if refusal is None:
        table = read(content, COLUMNS)
        assert table.rows or table.errors
    else:
        assert refusal.errors
        assert refusal.do
