"""Verbs on how a station's state comes from its machine's tags."""

from datetime import datetime

from django.utils.translation import gettext as _

from equipment.collection.state_building import PRESETS
from equipment.models import StateCondition, StateTerm, Station, Tag
from equipment.policies import check_site_access
from equipment.status import TagComparison, TagType
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal


class ConditionsExist(Refusal):
    """The station has conditions already, which a preset would contradict."""


def begin_from_preset(*, tag: Tag, preset: str, by: Person, at: datetime) -> list[StateCondition]:
    """Conditions for the tag's station, one for each number of a standard: PACKML or MACHINERY.

    Raises InvalidInput where the tag can't tell a state, ConditionsExist where the station has some.
    """
    check_permission(by, Permission.CONNECT_MACHINES)
    check_site_access(by, tag.site_id)
    if preset not in PRESETS:
        raise InvalidInput(_("A preset is one of: {presets}.").format(presets=", ".join(PRESETS)))
    if tag.station_id is None or tag.value_type == TagType.TEXT:
        raise InvalidInput(
            _("{tag} can't tell the state of a station.").format(tag=tag),
            do=_("Choose a tag that is a number and belongs to a station."),
        )
    station = Station.objects.select_for_update(no_key=True).get(pk=tag.station_id)
    if station.state_conditions.exists():
        raise ConditionsExist(
            _("{station} has conditions for its state already.").format(station=station),
            do=_("Remove them first, or add to them by hand."),
        )
    return [
        _condition(station, tag, rank, number, *state)
        for rank, (number, state) in enumerate(PRESETS[preset].items(), 1)
    ]


def _condition(station: Station, tag: Tag, rank: int, number: int, state: str, detail: str) -> StateCondition:
    made = StateCondition.objects.create(
        site_id=station.site_id,
        station=station,
        connection_id=tag.connection_id,
        rank=rank,
        state=state,
        detail=detail,
    )
    StateTerm.objects.create(
        site_id=station.site_id, condition=made, tag=tag, comparison=TagComparison.EQUAL, value=number
    )
    return made


def remove(*, condition: StateCondition, by: Person, at: datetime) -> None:
    """Take a condition away with its terms; its history stays."""
    check_permission(by, Permission.CONNECT_MACHINES)
    check_site_access(by, condition.site_id)
    for term in condition.terms.all():
        term.delete()
    condition.delete()
