"""What machines did: the states of a station, counters, events and what came of them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.models.connections import Connection
from equipment.models.hierarchy import Site, Station
from equipment.models.tags import Tag
from equipment.status import BookingResult, Books, MachineState, Settlement, TagComparison
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record, person_field, sequence_field


class StateCondition(Record):
    """A station is in this state while all terms hold and no condition of a lower rank does.

    All conditions of a station look at tags of one connection, so that one collector judges them.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="state_conditions")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=MachineState)
    detail = models.CharField(max_length=60, blank=True)

    history = History()

    class Meta:
        ordering = ["station", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "rank"],
                name="state_condition_rank_once",
                violation_error_message=lazy("Another condition of the station has this rank."),
            ),
            ExclusionConstraint(
                name="state_conditions_of_one_connection",
                expressions=[("station", RangeOperators.EQUAL), ("connection", RangeOperators.NOT_EQUAL)],
                violation_error_message=lazy("The station's state is told by another connection already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.get_state_display()} {self.detail}".strip()


class StateTerm(Record):
    """`tag comparison value`: holds while the tag's last value compares so, and is good."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    condition = models.ForeignKey(StateCondition, on_delete=models.CASCADE, related_name="terms")
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="+")
    comparison = models.CharField(max_length=2, choices=TagComparison)
    value = models.FloatField()

    history = History()

    class Meta:
        ordering = ["condition", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["condition", "tag", "comparison"],
                name="state_term_once",
                violation_error_message=lazy("The condition compares this tag so already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tag.code} {self.get_comparison_display()} {self.value:g}"

    def clean(self) -> None:
        if self.tag_id and self.condition_id and self.tag.connection_id != self.condition.connection_id:
            raise ValidationError({"tag": _("The tag belongs to another connection than the condition.")})


class EquipmentState(models.Model):
    """A time during which a station was in one state (OPC UA Machinery, ISO 22400-2 times build on it).

    ended_at is empty while it lasts; if its connections are watched no longer it counts as far as they were.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="states")
    state = models.CharField(max_length=8, choices=MachineState)
    detail = models.CharField(max_length=60, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["station", "-began_at"]
        constraints = [
            ExclusionConstraint(
                name="equipment_state_one_at_a_time",
                expressions=[
                    ("station", RangeOperators.EQUAL),
                    (
                        Func("began_at", "ended_at", function="tstzrange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=lazy("The station was in another state at that time."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("began_at")),
                name="equipment_state_lasts",
                violation_error_message=lazy("A state ends after it began."),
            ),
        ]
        indexes = [models.Index(fields=["station", "-began_at"], name="state_of_station")]

    def __str__(self) -> str:
        return f"{self.station_id} {self.state} {self.began_at}"


class CounterTotal(models.Model):
    """What a counter showed last, how much it counted since it is watched, and how many events came of it.

    source: the register that raw was read of, as the collector names it; of another one the first value counts nothing.
    Empty where nobody said so: then it is the tag's. raw: of an unsigned 64-bit number from 2**63 on, that less 2**64.
    """

    tag = models.OneToOneField(Tag, on_delete=models.CASCADE, primary_key=True, related_name="counter")
    raw = models.BigIntegerField()
    total = models.BigIntegerField()
    number = models.BigIntegerField()
    at = models.DateTimeField()
    source = models.TextField(default="")

    def __str__(self) -> str:
        return f"{self.tag_id}: {self.total}"


class MachineEvent(models.Model):
    """Something that a machine did, once: (tag, number) is unique. Append-only; what came of it is an EventBooking.

    number: of the handshake, or of the counter's differences. quantity: pieces, by the tags of then; 0 where what came
    is no number of pieces. content: what came with it, by field, as it was read; `doubt` where only a person can tell
    whether it is to be booked (`equipment.collection.doubts`). at: when it came, by our clock.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="machine_events")
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="machine_events")
    number = models.BigIntegerField()
    books = models.CharField(max_length=14, choices=Books)
    at = models.DateTimeField()
    quantity = models.PositiveIntegerField(default=1)
    content = models.JSONField(default=dict)
    sequence = sequence_field()

    class Meta:
        ordering = ["-sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["tag", "number"],
                name="machine_event_once",
                violation_error_message=lazy("This event is stored already."),
            )
        ]
        indexes = [models.Index(fields=["station", "-sequence"], name="machine_event_of_station")]

    def __str__(self) -> str:
        return f"{self.tag_id} {self.number}"


class EventDue(models.Model):
    """An event that is to be booked; its row goes with the booking, in one transaction.

    asked_by: who has it booked again, after it was refused.
    """

    event = models.OneToOneField(MachineEvent, on_delete=models.CASCADE, primary_key=True, related_name="due")
    asked_by = person_field(null=True)

    def __str__(self) -> str:
        return str(self.event_id)


class EventBooking(Record):
    """What came of a machine's event, each time that it was tried. execution: key of what it was booked on.

    sentence: why it was refused; of one that was settled what the person said. settlement: as what it was settled.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey(MachineEvent, on_delete=models.PROTECT, related_name="bookings")
    result = models.CharField(max_length=8, choices=BookingResult)
    execution = models.UUIDField(null=True)
    sentence = models.CharField(max_length=400, blank=True)
    settlement = models.CharField(max_length=13, choices=Settlement, blank=True)
    at = models.DateTimeField()
    by = person_field(null=True)
    sequence = sequence_field()

    class Meta:
        ordering = ["-sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["event"],
                condition=~Q(result=BookingResult.REFUSED),
                name="event_booked_once",
                violation_error_message=lazy("This event is booked already, or settled."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(result=BookingResult.SETTLED), ~Q(settlement="")),
                name="event_settled_as_what",
                violation_error_message=lazy("An event that is settled says as what."),
            ),
            models.CheckConstraint(
                condition=~Q(result=BookingResult.SETTLED) | Q(by__isnull=False),
                name="event_settled_by_whom",
                violation_error_message=lazy("An event is settled by a person."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.get_result_display()}"

    @property
    def said(self) -> str:
        """What came of it beside the result: why it was refused, or as what it was settled."""
        settled = self.get_settlement_display() if self.settlement else ""
        return ". ".join(said for said in (settled, self.sentence) if said)


class RefusedEvent(models.Model):
    """An event that was refused and waits for somebody: not booked since, not settled, not about to be booked again.

    The database itself puts it here with a booking that says REFUSED, whoever writes that, and takes it away with one
    that says anything else: what waits is found however old it is. booking: its last refusal; since: its first.
    """

    event = models.OneToOneField(MachineEvent, on_delete=models.CASCADE, primary_key=True, related_name="refusal")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="refused_events")
    booking = models.ForeignKey(EventBooking, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.event_id)
