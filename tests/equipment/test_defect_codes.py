"""How people write down which defect a machine means by what it says."""

import pytest
from django.core.exceptions import ValidationError

from equipment.defect_codes import code_meant, codes_in
from equipment.models import Tag
from equipment.status import Books
from mes.kernel.constraints import RuleOfTheRecord
from tests.machine_floor import counter, field_of, handshake, press


def test_what_is_said_and_what_it_means_stand_in_any_order_and_spacing():
    assert codes_in("1=M-LEAK, NOK leak = M-NOISE;\n 9=") == {"1": "M-LEAK", "NOK leak": "M-NOISE", "9": ""}
    assert codes_in(" ,\n") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("M-LEAK", "“M-LEAK” names no defect"),
        ("1=leak", "“1=leak” names no defect"),
        ("=M-LEAK", "“=M-LEAK” names no defect"),
        ("1=M-LEAK, 1=M-NOISE", "“1” is there twice"),
    ],
)
def test_what_is_no_such_table_is_refused_in_words(text, said):
    with pytest.raises(ValueError, match=said):
        codes_in(text)


@pytest.mark.parametrize(
    ("said", "text", "code"),
    [
        ("M-LEAK", "", "M-LEAK"),
        ("", "", ""),
        ("0", "", ""),
        ("1", "1=M-LEAK", "M-LEAK"),
        ("0", "1=M-LEAK", ""),
        ("0", "0=M-NOISE", "M-NOISE"),
        ("9", "1=M-LEAK, 9=", ""),
        ("2", "1=M-LEAK", None),
        ("M-LEAK", "1=M-LEAK", None),
    ],
)
def test_a_machine_means_what_the_table_says_and_without_one_the_code_itself(said, text, code):
    assert code_meant(said, text) == code


@pytest.mark.django_db
def test_a_tag_is_told_what_is_wrong_with_its_defects(plant):
    event = handshake(press(plant), plant.stations["10"], Books.TEST_RESULT)
    for wrong, said in (
        ({"field": "defect", "code": "A", "defect_codes": "1"}, "names no defect"),
        ({"field": "result", "code": "B", "defect_codes": "1=M-LEAK"}, "belong to the field “defect”"),
        ({"field": "defect", "code": "C", "defect": "M-LEAK"}, "A defect is named by what books scrap"),
        ({"field": "defect", "code": "D", "defect": "m leak"}, "capitals and digits"),
    ):
        with pytest.raises(ValidationError, match=said):
            field_of(event, **wrong)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("books", "is_taken"), [(Books.PART_SCRAPPED, True), (Books.PART_DONE, False), (Books.NOTHING, False)]
)
def test_the_database_takes_a_defect_of_a_counter_only_where_it_counts_scrap(plant, books, is_taken):
    tag = counter(press(plant), plant.stations["10"], books)
    if is_taken:
        with plant.door("hiroshi"):
            Tag.objects.filter(pk=tag.pk).update(defect="M-LEAK")
    else:
        with pytest.raises(RuleOfTheRecord, match="A defect is named by what books scrap"), plant.door("hiroshi"):
            Tag.objects.filter(pk=tag.pk).update(defect="M-LEAK")
