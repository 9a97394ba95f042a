"""The machines as the MES knows them: connections, tags and conditions of states."""

from equipment.models import Connection, StateCondition, StateTerm, Station, Tag
from mes.demo.machines.plan import MachinePlan, TagPlan


def enter_machine(plan: MachinePlan, station: Station, address: str, *, books: bool = True) -> Connection:
    """The door is open. books: whether its parts are booked, or only counted. Raises ValidationError."""
    connection = Connection.objects.create(
        site=station.site,
        code=plan.code,
        name=plan.name,
        kind=plan.kind,
        address=address,
        period_ms=plan.period_ms,
        timeout_ms=min(2 * plan.period_ms, 1_000),
    )
    tags: dict[str, Tag] = {}
    for one in plan.tags:
        tags[one.code] = _enter_tag(one, connection, station, tags, books=books)
    for rank, (state, detail, terms) in enumerate(plan.states, 1):
        condition = StateCondition.objects.create(
            site=station.site, station=station, connection=connection, rank=rank, state=state, detail=detail
        )
        for code, comparison, value in terms:
            StateTerm.objects.create(
                site=condition.site, condition=condition, tag=tags[code], comparison=comparison, value=value
            )
    return connection


def _enter_tag(plan: TagPlan, connection: Connection, station: Station, known: dict[str, Tag], *, books: bool) -> Tag:
    meaning = {name: value for name, value in plan.meaning.items() if books or name != "books"}
    if "event" in meaning:
        meaning["event"] = known[meaning["event"]]
    tag = Tag(
        site=connection.site,
        connection=connection,
        station=station,
        code=plan.code,
        address=plan.address,
        value_type=plan.value_type,
        **meaning,
    )
    tag.full_clean()
    tag.save()
    return tag
