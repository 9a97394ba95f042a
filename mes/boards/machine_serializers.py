"""The shapes of machines and their connections in the API."""

from rest_framework import serializers

from equipment.status import ConnectionKind, LinkState, MachineState
from mes.kernel.rest.fields import Input, Text, Told


class MachinesQuery(Input):
    """Narrow the list to a site, by its code."""

    site = Text(max_length=40, required=False)


class StatesQuery(Input):
    """From when to when; by default the last 24 hours, at most 31 days."""

    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class StateAnswer(serializers.Serializer):
    """A time in one state. state: null where nobody knows: it was not watched, or nothing told."""

    state = serializers.ChoiceField(MachineState.choices, allow_null=True)
    detail = serializers.CharField(allow_blank=True)
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class StatesAnswer(serializers.Serializer):
    """What a machine did, without a gap."""

    results = StateAnswer(many=True)


class TrendQuery(StatesQuery):
    """Which tag of the machine, by its code, and from when to when; by default the last 24 hours, at most 31 days."""

    tag = Text(max_length=40)


class MomentAnswer(serializers.Serializer):
    """What a tag showed from `at` on: the least, the mean and the most of its samples, and how many of them were good.

    Null where none had a value.
    """

    at = serializers.DateTimeField()
    least = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    most = serializers.FloatField(allow_null=True)
    samples = serializers.IntegerField()
    good = serializers.IntegerField()


class TrendAnswer(serializers.Serializer):
    """The course of a tag, at most 1,500 moments. width_s: seconds that each stands for, 0 where each is a sample.

    quantity_unit: of the values, as the tag had it then. A first moment before `since` is what stood when it began.
    """

    tag = serializers.CharField()
    quantity_unit = serializers.CharField(allow_blank=True)
    width_s = serializers.IntegerField()
    results = MomentAnswer(many=True)


class MachineAnswer(serializers.Serializer):
    """A station with tags. state: null where nobody knows; since: within the last 8 hours, null for longer.

    connections: codes of those that its tags are read from. events_refused: how many wait for a person, who books them
    again or settles them.
    """

    station = serializers.CharField()
    name = serializers.CharField()
    site = serializers.CharField()
    state = serializers.ChoiceField(MachineState.choices, allow_null=True)
    detail = serializers.CharField(allow_blank=True)
    since = serializers.DateTimeField(allow_null=True)
    connections = serializers.ListField(child=serializers.CharField())
    events_refused = serializers.IntegerField()


class MachinesAnswer(serializers.Serializer):
    """All machines, in the plant's order."""

    results = MachineAnswer(many=True)


class TagValueAnswer(serializers.Serializer):
    """What a tag shows. value: a number, or null; text: of a tag that is a text, else null.

    quality: the quality byte of OPC Data Access, from 192 on good; null, as at, where it was never read. is_writable,
    write_low, write_high, needs_signature: whether and within which bounds it may be written, and signed by hand.
    """

    tag = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    connection = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    text = serializers.CharField(allow_null=True)
    quantity_unit = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(allow_null=True)
    quality = serializers.IntegerField(allow_null=True)
    is_writable = serializers.BooleanField()
    write_low = serializers.FloatField(allow_null=True)
    write_high = serializers.FloatField(allow_null=True)
    needs_signature = serializers.BooleanField()


class OneMachineAnswer(MachineAnswer):
    """The same with what its tags show now."""

    values = TagValueAnswer(many=True)  # type: ignore[assignment]


class ConnectionAnswer(serializers.Serializer):
    """A connection and how it stands. Counts are since its collector began.

    events_refused: of what it told so many wait for a person; why_not_booked: why its account may book nothing here,
    empty where it may.
    """

    connection = serializers.CharField(source="code")
    name = serializers.CharField()
    site = serializers.CharField(source="site.code")
    kind = serializers.ChoiceField(ConnectionKind.choices)
    address = serializers.CharField()
    is_paused = serializers.BooleanField()
    state = serializers.ChoiceField(LinkState.choices, source="link")
    state_since = serializers.DateTimeField(source="lease.state_since", allow_null=True)
    detail = Told(source="lease.detail", allow_blank=True)
    samples = serializers.IntegerField(source="lease.samples")
    errors = serializers.IntegerField(source="lease.errors")
    missed_slots = serializers.IntegerField(source="lease.missed_slots")
    dropped = serializers.IntegerField(source="lease.dropped")
    slowest_answer_ms = serializers.IntegerField(source="lease.slowest_answer_ms")
    events_refused = serializers.IntegerField(source="refused")
    why_not_booked = serializers.CharField(allow_blank=True)


class ConnectionsAnswer(serializers.Serializer):
    """All connections, by code."""

    results = ConnectionAnswer(many=True)


class GapAnswer(serializers.Serializer):
    """A time in which nobody watched. until: null while it lasts."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    reason = Told(allow_blank=True)


class OneConnectionAnswer(ConnectionAnswer):
    """The same with the gaps of the last 24 hours and what its tags show."""

    gaps = GapAnswer(many=True)
    values = TagValueAnswer(many=True)  # type: ignore[assignment]
