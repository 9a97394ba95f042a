"""How many statements each verb sends, from BEGIN to COMMIT. A number that grows is a decision, written down here.

Without a key, what is told to live pages is a statement of its own; with one it goes with the answer that is kept.
In a test's transaction the door's BEGIN and COMMIT are a savepoint and its release: the count is the same.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders import policies, queries
from tests.verbs.holds import (
    close_a_permit,
    grant_a_permit,
    place_a_hold,
    place_a_hold_on_a_lot_that_was_built_in,
    place_a_hold_on_an_order,
    release_a_hold,
    release_a_hold_with_what_inherited_it,
    release_some_of_an_order_on_hold,
    release_some_of_what_inherited_a_hold,
)
from tests.verbs.lots import (
    complete_a_batch,
    load_a_container,
    merge_two_lots,
    move_a_container,
    receive,
    record_in_a_batch,
    release_a_lot,
    split_a_lot,
    stage_a_lot,
    start_a_batch,
    take_a_batch_over,
    unload_a_container,
)
from tests.verbs.machines import (
    book_events_again,
    settle_events,
    take_back_what_a_machine_was_to_be_told,
    write_to_a_machine,
    write_to_a_machine_signed,
)
from tests.verbs.orders import (
    apply_a_redline,
    cancel_an_order,
    close_an_order,
    create_an_order,
    draft_a_redline,
    move_a_pin,
    order_less,
    order_less_of_a_lot,
    order_more,
    order_more_of_a_lot,
    order_more_of_what_is_released_in_parts,
    pin_an_order,
    plan_a_job,
    release_an_order,
    release_an_order_of_100,
    release_more,
    take_a_job_off_the_plan,
    take_a_pin_off,
)
from tests.verbs.people import (
    complete_what_one_has_joined,
    correct_a_span,
    hand_a_job_over,
    join_a_job,
    leave_a_job,
    leave_a_note,
    log_on,
    pause_a_job,
    resume_a_job,
    say_when_one_stopped,
    take_a_note,
)
from tests.verbs.returns import (
    cancel_a_rework,
    complete_what_ends_a_rework,
    correct_what_another_did,
    do_an_operation_again,
    send_back,
    send_back_through_a_rework_routing,
    take_a_booking_back,
    take_a_completion_back,
    take_a_component_back,
    take_a_scrap_back,
    take_a_skip_back,
    take_a_start_back,
    take_a_take_over_back,
    take_the_end_of_a_batch_back,
    take_values_back,
    take_values_of_a_batch_back,
)
from tests.verbs.work import (
    book_a_part_with_scrap,
    clear_a_line,
    complete_a_lot_with_scrap,
    complete_the_last_signed_operation,
    complete_under_a_permit,
    complete_with_a_gauge,
    complete_without_a_gauge,
    record_again_what_was_taken_back,
    record_one_value,
    record_past_a_gate_by_a_supervisor,
    scan_to_complete,
    scan_to_complete_with_a_key,
    scrap,
    scrap_what_is_made_once_more,
    skip,
    start,
    start_on_a_running_order,
    start_under_a_permit,
    start_what_asks_for_a_cleared_line,
    start_with_a_gauge,
    take_a_job_over,
    take_of_a_lot_that_expires,
)
from tests.verbs.workshop import Workshop

pytestmark = pytest.mark.django_db

STATEMENTS = {
    scan_to_complete: 16,
    scan_to_complete_with_a_key: 16,
    start: 17,
    start_on_a_running_order: 14,
    record_one_value: 8,
    record_again_what_was_taken_back: 9,
    complete_the_last_signed_operation: 20,
    scrap: 18,
    scrap_what_is_made_once_more: 23,
    book_a_part_with_scrap: 13,
    take_a_job_over: 13,
    skip: 14,
    clear_a_line: 10,
    start_what_asks_for_a_cleared_line: 15,
    take_of_a_lot_that_expires: 12,
    start_with_a_gauge: 19,
    complete_with_a_gauge: 18,
    complete_without_a_gauge: 13,
    start_under_a_permit: 19,
    complete_under_a_permit: 25,
    record_past_a_gate_by_a_supervisor: 14,
    complete_a_lot_with_scrap: 16,
    pause_a_job: 9,
    resume_a_job: 10,
    join_a_job: 11,
    leave_a_job: 10,
    hand_a_job_over: 10,
    leave_a_note: 6,
    take_a_note: 7,
    complete_what_one_has_joined: 13,
    say_when_one_stopped: 9,  # is the order closed?
    correct_a_span: 10,
    log_on: 9,
    split_a_lot: 23,
    merge_two_lots: 22,
    start_a_batch: 33,
    record_in_a_batch: 18,
    complete_a_batch: 25,
    take_a_batch_over: 25,
    load_a_container: 8,
    unload_a_container: 8,
    move_a_container: 7,
    receive: 7,
    stage_a_lot: 8,
    release_a_lot: 10,
    send_back: 18,
    do_an_operation_again: 18,
    send_back_through_a_rework_routing: 24,
    complete_what_ends_a_rework: 15,
    cancel_a_rework: 16,
    take_a_start_back: 26,
    take_values_back: 16,
    take_a_component_back: 20,
    take_a_booking_back: 24,
    take_a_take_over_back: 24,  # whether the two were on it is looked up
    take_a_completion_back: 27,
    take_a_scrap_back: 28,
    take_a_skip_back: 23,  # whether a permit covered it is looked up
    take_values_of_a_batch_back: 22,
    take_the_end_of_a_batch_back: 38,
    correct_what_another_did: 30,
    place_a_hold: 10,
    place_a_hold_on_an_order: 13,
    place_a_hold_on_a_lot_that_was_built_in: 16,
    release_a_hold: 12,
    release_a_hold_with_what_inherited_it: 12,
    release_some_of_what_inherited_a_hold: 14,
    release_some_of_an_order_on_hold: 18,
    grant_a_permit: 8,
    close_a_permit: 7,
    create_an_order: 6,
    release_an_order_of_100: 19,
    release_an_order: 19,
    release_more: 16,
    order_more_of_what_is_released_in_parts: 7,
    order_more: 14,
    order_less: 13,
    order_more_of_a_lot: 13,
    order_less_of_a_lot: 12,
    cancel_an_order: 15,
    close_an_order: 12,
    draft_a_redline: 55,
    apply_a_redline: 40,
    pin_an_order: 10,
    move_a_pin: 12,
    take_a_pin_off: 12,
    plan_a_job: 11,
    take_a_job_off_the_plan: 8,
    write_to_a_machine: 9,
    write_to_a_machine_signed: 10,
    take_back_what_a_machine_was_to_be_told: 9,
    settle_events: 8,
    book_events_again: 10,
}

# Each with how many units it is of: the same number of statements for three as for thirteen.
OF_ANY_SIZE = [
    release_an_order,
    release_more,
    order_more,
    order_less,
    cancel_an_order,
    draft_a_redline,
    apply_a_redline,
    pin_an_order,
    plan_a_job,
    place_a_hold_on_an_order,
    place_a_hold_on_a_lot_that_was_built_in,
    release_a_hold_with_what_inherited_it,
    release_some_of_what_inherited_a_hold,
    release_some_of_an_order_on_hold,
    load_a_container,
    unload_a_container,
    move_a_container,
    settle_events,
    book_events_again,
    take_values_of_a_batch_back,
]
# What a run writes for each unit in it: an execution, an event, a span of time, what comes next, a value.
MORE_FOR_EACH_UNIT = {start_a_batch: 7, record_in_a_batch: 2, complete_a_batch: 3, take_a_batch_over: 4}
# And what is written for each when its end is taken back, and looked at: its permits, its use of tools.
MORE_FOR_EACH_UNIT |= {take_the_end_of_a_batch_back: 4}


@pytest.fixture(autouse=True)
def nothing_is_kept() -> None:
    """A plan is kept in memory by its content: another test may have asked for the same one."""
    for kept in (queries.pinned_plan, queries._plan_with_names, policies._known_mistakes):
        kept.cache_clear()


@pytest.mark.parametrize("act", STATEMENTS, ids=lambda act: act.__name__)
def test_a_verb_sends_as_many_statements_as_are_written_down(plant, act):
    sent = statements_of(act(Workshop(plant)), plant)
    listing = "\n".join(f"{n}. {sql[:150]}" for n, sql in enumerate(sent, 1))
    assert len(sent) == STATEMENTS[act], listing


@pytest.mark.parametrize("act", OF_ANY_SIZE, ids=lambda act: act.__name__)
def test_a_verb_sends_as_many_statements_for_many_units_as_for_a_few(plant, act):
    shop = Workshop(plant)
    act(shop, 2)()
    few, many = (statements_of(act(shop, size), plant) for size in (3, 13))
    assert len(many) == len(few), "\n".join(sql[:150] for sql in many)


@pytest.mark.parametrize("act", MORE_FOR_EACH_UNIT, ids=lambda act: act.__name__)
def test_a_batch_sends_as_many_statements_for_its_last_unit_as_for_its_first(plant, act):
    shop = Workshop(plant)
    act(shop, 2)()
    few, many = (statements_of(act(shop, size), plant) for size in (3, 13))
    assert len(many) - len(few) == 10 * MORE_FOR_EACH_UNIT[act], "\n".join(sql[:150] for sql in many)


def statements_of(verb, plant) -> list[str]:
    """What the verb sends, BEGIN and COMMIT with it."""
    for person in plant.people.values():
        person.__dict__.pop("_sites", None)
    with CaptureQueriesContext(connection) as captured:
        verb()
    sent = [query["sql"] for query in captured]
    begin = next(i for i, sql in enumerate(sent) if sql.startswith("SAVEPOINT"))
    end = next(i for i, sql in enumerate(sent) if sql.startswith("RELEASE"))
    return sent[begin : end + 1]


def test_the_budget_of_a_scan_to_complete_holds():
    assert STATEMENTS[scan_to_complete_with_a_key] <= 16
