"""Importing orders: all or nothing, every mistake by row and column, the same file twice changes nothing."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from equipment.models import SiteAccess
from mes.erp.actions.orders import ImportRefused, import_orders
from mes.erp.imports import preview, table_of_file, table_of_items
from mes.erp.policies import due_time
from mes.kernel.personnel.policies import RoleMissing
from orders.models import ProductRevision, WorkOrder
from tests.holds import signed
from wip.actions import holds

HEADER = "erp_reference,product,revision,quantity,quantity_unit,due_at,priority,site"


def file(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def imported(plant, *rows: str, who: str = "pavel") -> dict[str, int]:
    with plant.door(who) as passage:
        return import_orders(table=table_of_file(file(*rows)), by=passage.person, at=passage.at).counts


def errors(plant, *rows: str) -> list[tuple[int, str]]:
    with pytest.raises(ImportRefused) as refused:
        imported(plant, *rows)
    return [(error.row, error.column) for error in refused.value.errors]


def test_orders_are_created_as_drafts_by_whoever_imports(plant) -> None:
    assert imported(plant, "W-1,IP2,C,10,pcs,2026-12-01,3,NF", "W-2,IP2,,5,,2026-12-02T14:00,,NF") == {
        "create": 2,
        "change": 0,
        "unchanged": 0,
        "cancel": 0,
    }
    one, two = WorkOrder.objects.order_by("erp_reference")
    assert (one.status, one.quantity, one.priority, one.created_by) == ("DRAFT", 10, 3, plant.people["pavel"])
    assert one.due_at == datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC)
    assert (two.product_revision, two.priority, two.quantity_unit) == (plant.pump, 5, "pcs")
    assert two.due_at == datetime(2026, 12, 2, 13, 0, tzinfo=UTC)
    assert one.history.get().history_user == plant.people["pavel"]


def test_the_same_file_twice_changes_nothing(plant) -> None:
    rows = ["W-1,IP2,C,10,pcs,2026-12-01,3,NF", "W-2,IP2,,5,,2026-12-02T14:00+01:00,,NF"]
    imported(plant, *rows)
    assert imported(plant, *rows) == {"create": 0, "change": 0, "unchanged": 2, "cancel": 0}
    assert WorkOrder.history.count() == 2


def test_without_a_revision_the_one_effective_today_is_taken(plant) -> None:
    with plant.door("hiroshi"):
        later = ProductRevision.objects.create(
            product=plant.pump.product, code="D", effective_from=plant.clock.date() + timedelta(days=9)
        )
    plant.approve_and_release(later)
    imported(plant, "W-1,IP2,,1,,2026-12-01,,NF", "W-2,IP2,D,1,,2026-12-01,,NF")
    assert dict(WorkOrder.objects.values_list("erp_reference", "product_revision__code")) == {"W-1": "C", "W-2": "D"}


def test_an_empty_optional_cell_leaves_an_order_as_it_is(plant) -> None:
    imported(plant, "W-1,IP2,C,10,,2026-12-01,2,NF")
    with plant.door("hiroshi"):
        newer = ProductRevision.objects.create(product=plant.pump.product, code="D")
    plant.approve_and_release(newer)
    assert imported(plant, "W-1,IP2,,10,,2026-12-01,,NF", "W-2,IP2,,1,,2026-12-01,,NF") == {
        "create": 1,
        "change": 0,
        "unchanged": 1,
        "cancel": 0,
    }
    assert WorkOrder.objects.get(erp_reference="W-2").product_revision == newer


def test_a_draft_changes_and_keeps_its_history(plant) -> None:
    imported(plant, "W-1,IP2,C,10,,2026-12-01,2,NF", "W-2,IP2,C,10,,2026-12-01,2,NF")
    assert imported(plant, "W-1,IP2,C,12,,2026-12-01,1,NF", "W-2,IP2,C,10,,2026-12-01,2,NF") == {
        "create": 0,
        "change": 1,
        "unchanged": 1,
        "cancel": 0,
    }
    order = WorkOrder.objects.get(erp_reference="W-1")
    assert (order.quantity, order.priority, order.history.count()) == (12, 1, 2)
    assert order.history.first().history_user == plant.people["pavel"]


def test_a_released_order_changes_its_due_date_and_refuses_the_rest(plant) -> None:
    order = plant.released(10, reference="W-1")
    assert imported(plant, "W-1,IP2,C,10,,2027-01-05,5,NF")["change"] == 1
    with plant.door("hiroshi"):
        later = ProductRevision.objects.create(product=plant.pump.product, code="D")
    plant.approve_and_release(later)
    with pytest.raises(ImportRefused) as refused:
        imported(plant, "W-1,IP2,D,10,,2027-01-05,5,NF", "W-9,IP2,C,11,,2027-01-05,5,NF")
    (error,) = refused.value.errors
    assert (error.row, error.column) == (2, "erp_reference")
    assert "only quantity, due date, priority and replacement of scrap may still change" in error.what
    assert not WorkOrder.objects.filter(erp_reference="W-9").exists()
    order.refresh_from_db()
    assert order.quantity == 10


def test_every_mistake_is_named_by_row_and_column_and_nothing_is_applied(plant) -> None:
    assert errors(
        plant,
        "W-1,IP2,C,10,,2026-12-01,5,NF",
        ",XX9,C,ten,,soon,0,NF",
        "W-3,IP2,Z,1.5,kg,2026-02-30,high,SF",
        "W-1,IP2,C,-1,,1999-01-01,5,nowhere",
        "im port,IP2,C,1e3,,2026-12-01T25:00,5,NF",
        "import,IP2,C,99999999999,,,10,NF",
        "W-7,IP2,C,100001,,2026-12-01,5,NF",
        "too,short",
    ) == [
        *[(3, column) for column in ("erp_reference", "product", "quantity", "due_at", "priority")],
        *[(4, column) for column in ("site", "revision", "quantity", "quantity_unit", "due_at", "priority")],
        *[(5, column) for column in ("erp_reference", "site", "quantity", "due_at")],
        *[(6, column) for column in ("erp_reference", "quantity", "due_at")],
        *[(7, column) for column in ("erp_reference", "quantity", "due_at", "priority")],
        (8, "quantity"),
        (9, ""),
    ]
    assert not WorkOrder.objects.exists()


def test_an_order_of_another_site_can_be_neither_seen_nor_taken(plant) -> None:
    order = plant.order(reference="W-1")
    WorkOrder.objects.filter(pk=order.pk).update(site=plant.elsewhere)
    assert errors(plant, "W-1,IP2,C,1,,2026-12-01,5,NF") == [(2, "site")]


def test_only_who_may_import_can(plant) -> None:
    with pytest.raises(RoleMissing):
        imported(plant, "W-1,IP2,C,1,,2026-12-01,5,NF", who="amina")
    with pytest.raises(RoleMissing):
        preview(table_of_file(file("W-1,IP2,C,1,,2026-12-01,5,NF")), by=plant.people["ines"])


def test_a_preview_says_what_would_happen_and_does_nothing(plant) -> None:
    plant.order(10, reference="W-1")
    found = preview(
        table_of_file(file("W-1,IP2,C,9,,2026-12-01,5,NF", "W-2,,C,1,,2026-12-01,5,NF")), by=plant.people["pavel"]
    )
    assert [(line.row, line.fate, line.changed) for line in found.lines] == [(2, "change", ("quantity", "due_at"))]
    assert [(error.row, error.column) for error in found.errors] == [(3, "product")]
    assert WorkOrder.objects.get().quantity == 10


def test_a_local_time_that_summer_time_skips_is_refused(plant) -> None:
    assert errors(plant, "W-1,IP2,C,1,,2027-03-28T02:30,5,NF") == [(2, "due_at")]
    assert due_time("2027-03-28T03:30", plant.site.zone) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_items_of_a_program_come_the_same_way(plant) -> None:
    item = {"erp_reference": "W-1", "product": "IP2", "quantity": 3, "due_at": "2026-12-01", "site": "NF"}
    with plant.door("erp") as passage:
        found = import_orders(table=table_of_items([item]), by=passage.person, at=passage.at)
    assert found.counts == {"create": 1, "change": 0, "unchanged": 0, "cancel": 0}
    with pytest.raises(ImportRefused) as refused, plant.door("erp") as passage:
        import_orders(table=table_of_items([{**item, "quantity": [], "color": 1}]), by=passage.person, at=passage.at)
    assert [error.where for error in refused.value.errors] == ["row 0, color", "row 0, quantity"]


def test_an_order_on_hold_stays_at_its_site_until_the_hold_is_released(plant) -> None:
    with plant.door("omar"):
        SiteAccess.objects.create(person=plant.people["pavel"], site=plant.elsewhere)
    here, there = "W-1,IP2,C,1,,2026-12-01T12:00Z,5,NF", "W-1,IP2,C,1,,2026-12-01T12:00Z,5,SF"
    imported(plant, here)
    with plant.door("mei") as passage:
        hold = holds.place(
            order=WorkOrder.objects.get(),
            reason_code="PROCESS",
            reason="Drawing doubtful",
            by=passage.person,
            at=passage.at,
        )
    assert errors(plant, there) == [(2, "site")]
    assert imported(plant, here.replace(",5,", ",1,"))["change"] == 1
    with plant.door("mei") as passage:
        holds.release(
            hold=hold, reason="Drawing is right", by=passage.person, at=passage.at, signing=signed(hold, passage.person)
        )
    assert imported(plant, there)["change"] == 1
    assert WorkOrder.objects.get().site == plant.elsewhere


@pytest.mark.parametrize("count", [3, 300])
def test_the_number_of_statements_does_not_grow_with_the_rows(plant, count, django_assert_num_queries) -> None:
    person = plant.people["pavel"]
    rows = [f"W-{n},IP2,C,10,,2026-12-01,5,NF" for n in range(count)]
    imported(plant, *rows)
    table = table_of_file(file(*[row.replace(",5,NF", ",4,NF") for row in rows]))
    with plant.door("pavel") as passage, django_assert_num_queries(9):
        import_orders(table=table, by=person, at=passage.at)


def test_a_thousand_orders_are_imported_in_less_than_three_seconds(plant) -> None:
    rows = [f"W-{n:05},IP2,C,10,,2026-12-01,5,NF" for n in range(1000)]
    begun = time.monotonic()
    assert imported(plant, *rows)["create"] == 1000
    assert time.monotonic() - begun < 3


class TestCommand:
    def run(self, tmp_path: Path, content: bytes, *more: str, by: str = "pavel") -> None:
        path = tmp_path / "orders.csv"
        path.write_bytes(content)
        call_command("import_orders", str(path), "--by", by, *more)

    def test_it_prints_the_counts(self, plant, tmp_path, capsys) -> None:
        content = file("W-1,IP2,C,1,,2026-12-01,5,NF")
        self.run(tmp_path, content, "--dry-run")
        assert capsys.readouterr().out == "Dry run, nothing applied: 1 created, 0 changed, 0 unchanged.\n"
        assert not WorkOrder.objects.exists()
        self.run(tmp_path, content)
        assert capsys.readouterr().out == "1 created, 0 changed, 0 unchanged.\n"
        self.run(tmp_path, content, "--json")
        answer = json.loads(capsys.readouterr().out)
        assert answer == {"applied": True, "create": 0, "change": 0, "unchanged": 1, "cancel": 0, "errors": []}

    @pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
    def test_it_ends_with_one_and_names_each_mistake(self, plant, tmp_path, capsys, dry_run) -> None:
        content = file("W-1,IP2,C,0,,2026-12-01,5,NF")
        with pytest.raises(SystemExit) as ended:
            self.run(tmp_path, content, *dry_run)
        assert ended.value.code == 1
        assert "row 2, quantity: “0” is not a quantity." in capsys.readouterr().err
        with pytest.raises(SystemExit):
            self.run(tmp_path, content, "--json", *dry_run)
        answer = json.loads(capsys.readouterr().out)
        assert answer["code"] == "IMPORT_REFUSED"
        assert [(e["row"], e["column"]) for e in answer["errors"]] == [(2, "quantity")]

    def test_it_refuses_what_is_no_table_and_who_may_not(self, plant, tmp_path, capsys) -> None:
        with pytest.raises(SystemExit):
            self.run(tmp_path, b"\xff\xfe\x00")
        assert "The file can't be read." in capsys.readouterr().err
        with pytest.raises(SystemExit):
            self.run(tmp_path, file("W-1,IP2,C,1,,2026-12-01,5,NF"), by="amina")
        assert "orders.import" in capsys.readouterr().err
        with pytest.raises(CommandError, match="No active person"):
            self.run(tmp_path, b"x", by="nobody")
        with pytest.raises(CommandError, match="can't be read"):
            call_command("import_orders", str(tmp_path / "none.csv"), "--by", "pavel")
