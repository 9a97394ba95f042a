"""Reason trees: drafted, written as an outline, released, frozen."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from equipment import outline
from equipment.actions import reasons
from equipment.actions.reasons import DraftExists, TreeEmpty, TreeFrozen
from equipment.models import Area, Reason
from equipment.queries import lines_of, reasons_for
from equipment.status import ReasonKind, TreeStatus
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.kernel.transitions import IllegalTransition

pytestmark = pytest.mark.django_db

SCRAP = "DIM Dimension\n  DIM-OD Outer diameter\n  DIM-LEN Length\nSURF Scratched"


def draft(plant, text="", who="hiroshi", area=None, kind="SCRAP"):
    with plant.door(who) as passage:
        tree = reasons.draft(site=plant.site, area=area, kind=kind, by=passage.person, at=passage.at)
        return reasons.write(tree=tree, text=text, by=passage.person, at=passage.at) if text else tree


def write(plant, tree, text):
    with plant.door("hiroshi") as passage:
        return reasons.write(tree=tree, text=text, by=passage.person, at=passage.at)


def release(plant, tree, who="mei"):
    with plant.door(who) as passage:
        return reasons.release(tree=tree, by=passage.person, at=passage.at)


def codes(plant, area=None, kind=ReasonKind.SCRAP):
    (found,) = reasons_for(plant.site.pk, area and area.pk, kind).values()
    return [leaf.code for branch in found for leaf in branch.leaves]


def an_area(plant):
    with plant.door("hiroshi"):
        return Area.objects.create(site=plant.site, code="MACH", name="Machining")


def test_only_what_is_released_is_chosen_from_and_only_leaves(plant):
    tree = draft(plant, SCRAP)
    assert codes(plant) == []
    released = release(plant, tree)
    assert (released.status, released.released_by) == (TreeStatus.RELEASED, plant.people["mei"])
    assert codes(plant) == ["DIM-OD", "DIM-LEN", "SURF"]


def test_an_area_has_its_own_and_else_the_sites(plant):
    machining = an_area(plant)
    release(plant, draft(plant, SCRAP))
    assert codes(plant, machining) == ["DIM-OD", "DIM-LEN", "SURF"]
    release(plant, draft(plant, "CHIP Chipped", area=machining))
    assert (codes(plant, machining), codes(plant)) == (["CHIP"], ["DIM-OD", "DIM-LEN", "SURF"])
    assert codes(plant, machining, ReasonKind.HOLD) == []


def test_the_next_version_begins_as_a_copy_and_retires_the_one_before(plant):
    first = release(plant, draft(plant, SCRAP))
    second = draft(plant)
    assert (second.number, outline.write(lines_of(second))) == (2, SCRAP)
    write(plant, second, SCRAP + "\nBURN Burnt")
    release(plant, second)
    first.refresh_from_db()
    assert first.status == TreeStatus.OBSOLETE
    assert codes(plant)[-1] == "BURN"


def test_written_again_a_reason_keeps_its_row_and_what_is_left_out_goes(plant):
    tree = draft(plant, SCRAP)
    kept = tree.reasons.get(code="DIM-OD")
    write(plant, tree, "SURF Scratched\n  DIM-OD Diameter")
    assert [str(reason) for reason in tree.reasons.all()] == ["SURF Scratched", "DIM-OD Diameter"]
    moved = tree.reasons.get(code="DIM-OD")
    assert (moved.pk, moved.parent.code) == (kept.pk, "SURF")


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("dim Dimension", "line 1", "no code"),
        ("A Good\n   B Three blanks", "line 2", "indented"),
        ("  A Too far", "line 1", "indented"),
        ("A One\n    B Two levels down", "line 2", "indented"),
        ("A 1\n  B 2\n    C 3\n      D 4", "line 4", "3 levels"),
        ("A One\nA Two", "line 2", "twice"),
        ("A", "line 1", "no words"),
        ("A " + "x" * 81, "line 1", "80"),
        ("A nul\0", "line 1", "no words"),
    ],
)
def test_every_wrong_line_is_named(text, where, what):
    with pytest.raises(InvalidInput) as refused:
        outline.parse(text)
    (error,) = refused.value.errors
    assert error.where == where
    assert what in error.what


def test_an_outline_is_read_as_it_was_written():
    assert outline.write(outline.parse(SCRAP + "\n\n")) == SCRAP
    assert outline.write(outline.parse("A One\n\tB Two")) == "A One\n  B Two"


def test_there_is_one_draft_at_a_time(plant):
    draft(plant)
    with pytest.raises(DraftExists):
        draft(plant)


def test_a_tree_without_reasons_is_not_released_and_a_released_one_not_twice(plant):
    tree = draft(plant)
    with pytest.raises(TreeEmpty):
        release(plant, tree)
    write(plant, tree, SCRAP)
    release(plant, tree)
    with pytest.raises(IllegalTransition):
        release(plant, tree)
    with pytest.raises(TreeFrozen):
        write(plant, tree, "A Other")


def test_engineers_write_and_quality_releases(plant):
    with pytest.raises(RoleMissing):
        draft(plant, who="ines")
    tree = draft(plant, SCRAP)
    with pytest.raises(RoleMissing):
        release(plant, tree, who="hiroshi")


def test_the_database_freezes_it_and_keeps_a_reason_in_its_headings_tree(plant):
    tree, other = release(plant, draft(plant, SCRAP)), draft(plant, "A One", kind="HOLD")
    with connection.cursor() as cursor:
        for statement in (
            f"UPDATE equipment_reason SET name = 'x' WHERE tree_id = '{tree.pk}'",
            f"DELETE FROM equipment_reason WHERE tree_id = '{tree.pk}'",
            f"UPDATE equipment_reason SET parent_id = '{tree.reasons.first().pk}' WHERE tree_id = '{other.pk}'",
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute(statement)
    assert Reason.objects.filter(tree=tree).count() == 4
