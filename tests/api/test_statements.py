"""How many statements a request costs: the budget of the operator's most frequent request."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.api.conftest import api_as


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement sent, in order, with the BEGIN and COMMIT that the driver sends for atomic blocks.

    The driver begins a transaction without a cursor, so that Django's query log does not show it: set_autocommit(False)
    is its BEGIN, commit() its COMMIT.
    """
    sent: list[str] = []
    begin, commit = BaseDatabaseWrapper.set_autocommit, BaseDatabaseWrapper.commit

    def note(execute, sql, params, many, context):
        sent.append(sql)
        return execute(sql, params, many, context)

    def note_begin(self, autocommit, *args, **kwargs):
        if not autocommit:
            sent.append("BEGIN")
        return begin(self, autocommit, *args, **kwargs)

    def note_commit(self):
        sent.append("COMMIT")
        return commit(self)

    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(note):
        patch.setattr(BaseDatabaseWrapper, "set_autocommit", note_begin)
        patch.setattr(BaseDatabaseWrapper, "commit", note_commit)
        yield sent


@pytest.fixture
def two_components(committed_plant):
    """A started operation 30 whose routing takes two components and three values, unsigned and not the last."""
    from decimal import Decimal

    from mes.kernel.door import open_door
    from orders.models import BomLine, Operation, ProductRevision, RoutingRevision, Step

    plant = committed_plant
    with open_door(person=plant.people["mei"], at=plant.at()):
        revision = ProductRevision.objects.create(product=plant.pump.product, code="D")
        routing = RoutingRevision.objects.create(routing=plant.routing.routing, number=8)
        for code in ("30", "40"):
            Operation.objects.create(
                routing_revision=routing,
                code=code,
                name=code,
                station_class=plant.stations[code].station_class,
                run_time_s=60,
            )
        torque, leak = routing.operations.order_by("code")
        torque.edges_out.create(routing_revision=routing, after=leak)
        torque.qualifications.create(qualification=plant.torque, minimum_level=2)
        for component, quantity in ((plant.board, 1), (plant.screws, 6)):
            BomLine.objects.create(
                product_revision=revision, operation_code="30", component=component, quantity=Decimal(quantity)
            )
        for position, (code, kind, more) in enumerate(
            [
                ("BOARD", "SCAN", {"component": plant.board}),
                ("SCREWS", "SCAN", {"component": plant.screws}),
                ("TORQUE", "NUMBER", {"samples": 2, "quantity_unit": "N·m", "lower": "1.10", "upper": "1.30"}),
                ("SEATED", "CHECK", {}),
            ]
        ):
            Step.objects.create(operation=torque, position=position, code=code, name=code, kind=kind, **more)
    plant.pump, plant.routing = (plant.approve_and_release(one) for one in (revision, routing))
    return plant


def test_completing_with_three_values_and_two_components_stays_within_its_budget(two_components):
    plant = two_components
    api = api_as(plant, "amina")
    counts = []
    for _ in range(2):  # the first fills the process's memory of released plans
        unit = plant.unit()
        plant.start(unit, "30")
        body = {
            "station": "ST-30",
            "steps": [
                {"step": "TORQUE", "sample": 1, "value": "1.21"},
                {"step": "TORQUE", "sample": 2, "value": "1.19"},
                {"step": "SEATED", "value": True},
            ],
            "consumptions": [{"step": "BOARD", "serial": plant.a_board()}, {"step": "SCREWS", "serial": plant.a_lot()}],
        }
        with statements() as sent:
            answer = api.post(f"/units/{unit}/operations/30/complete", body, idempotency_key=f"k-{unit}")
        assert answer.status_code == 200, answer.json()
        counts.append(sent)
    sent = counts[-1]
    inside = sent[sent.index("BEGIN") : sent.index("COMMIT") + 1]
    shown = "\n".join(statement[:110] for statement in sent)
    assert sent.count("BEGIN") == sent.count("COMMIT") == 1, shown
    assert len(inside) <= 16, shown
    assert len(sent) <= 20, shown
    assert sent[-1] == "COMMIT", shown  # nothing is read again to answer
