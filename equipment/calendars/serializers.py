"""The shapes of calendars and shifts in the API."""

from rest_framework import serializers

from equipment.calendars.spans import ShiftSpan
from equipment.models import Calendar
from equipment.status import CalendarChange
from mes.kernel.rest.fields import Input, Text
from mes.kernel.rest.paging import PageQuery


class BreakLine(serializers.Serializer):
    """A break, by the wall clock."""

    name = serializers.CharField()
    begins = serializers.TimeField(format="%H:%M")
    ends = serializers.TimeField(format="%H:%M")


class ShiftLine(serializers.Serializer):
    """A shift of the week, by the site's wall clock. weekdays: 0 Monday to 6 Sunday, on which it begins."""

    code = serializers.CharField()
    name = serializers.CharField()
    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6))
    begins = serializers.TimeField(format="%H:%M")
    ends = serializers.TimeField(format="%H:%M", help_text="On the next day, when it is not after `begins`.")
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    breaks = BreakLine(many=True, source="breaks.all")


class ExceptionLine(serializers.Serializer):
    """A different day. work_center: only there; null: everywhere that keeps the calendar."""

    date = serializers.DateField()
    kind = serializers.ChoiceField(CalendarChange.choices)
    name = serializers.CharField()
    begins = serializers.TimeField(format="%H:%M", allow_null=True)
    ends = serializers.TimeField(format="%H:%M", allow_null=True)
    work_center = serializers.CharField(source="work_center.code", allow_null=True)


class CalendarAnswer(serializers.Serializer):
    """A calendar: what is said of the week, and of single days."""

    code = serializers.CharField()
    name = serializers.CharField()
    site = serializers.CharField(source="site.code")
    time_zone = serializers.CharField(source="site.time_zone")
    work_centers = serializers.SerializerMethodField()
    shifts = ShiftLine(many=True, source="shifts.all")
    exceptions = ExceptionLine(many=True, source="exceptions.all")

    def get_work_centers(self, calendar: Calendar) -> list[str]:
        return [center.code for center in calendar.work_centers.all()]


class CalendarsQuery(PageQuery):
    """site: by its code."""

    site = Text(max_length=20, required=False)


class _ShiftsQuery(Input):
    """Which shifts: all that run at some time from `from` (else now) to `to` (else seven days later).

    site: by its code, where work centers of several sites have the same one.
    """

    site = Text(max_length=20, required=False)


# `from` is a word of the language, so these two can't be written as attributes.
ShiftsQuery = type(
    "ShiftsQuery",
    (_ShiftsQuery,),
    {
        "from": serializers.DateTimeField(required=False),
        "to": serializers.DateTimeField(required=False),
        "__doc__": _ShiftsQuery.__doc__,
        "__module__": __name__,
    },
)


class BreakSpanLine(serializers.Serializer):
    """A break as real time."""

    name = serializers.CharField()
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class ShiftSpanLine(serializers.Serializer):
    """A shift as real time. change: what put it there when it is not of the week. working_time_s: without breaks."""

    code = serializers.CharField()
    name = serializers.CharField()
    date = serializers.DateField()
    change = serializers.ChoiceField(["", CalendarChange.HOURS, CalendarChange.OVERTIME])
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    duration_s = serializers.SerializerMethodField()
    working_time_s = serializers.SerializerMethodField()
    breaks = BreakSpanLine(many=True)

    def get_duration_s(self, shift: ShiftSpan) -> int:
        return round(shift.duration.total_seconds())

    def get_working_time_s(self, shift: ShiftSpan) -> int:
        return round(shift.working_time.total_seconds())


class ShiftsAnswer(serializers.Serializer):
    """The shifts of a work center, whole, in order. working_time_s: from `from` to `to`; null without a calendar."""

    work_center = serializers.CharField()
    site = serializers.CharField()
    time_zone = serializers.CharField()
    calendar = serializers.CharField(allow_null=True)
    working_time_s = serializers.IntegerField(allow_null=True)
    shifts = ShiftSpanLine(many=True)
