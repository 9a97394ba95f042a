"""How long a job takes by the clock: breaks and closed time stretch it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from equipment.calendars.spans import NeverWorks, Timetable, add_working_time, working_time

_TICK = timedelta(seconds=1)


@dataclass(frozen=True)
class Clock:
    """When a work center works. Without a timetable nobody knows: then day and night."""

    timetable: Timetable | None

    def end(self, starts_at: datetime, work_s: int) -> datetime:
        """When so much work is done that begins then; it takes a second at least."""
        return self._after(starts_at, timedelta(seconds=max(work_s, 1)))

    def open_from(self, moment: datetime) -> datetime:
        """The first moment from this one on at which is worked."""
        return self._after(moment, _TICK) - _TICK

    def is_open(self, moment: datetime) -> bool:
        return self.timetable is None or working_time(self.timetable, moment, moment + _TICK) == _TICK

    def _after(self, moment: datetime, span: timedelta) -> datetime:
        if self.timetable is None:
            return moment + span
        try:
            return add_working_time(self.timetable, moment, span)
        except NeverWorks:
            return moment + span
