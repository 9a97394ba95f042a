"""When the demo plant has worked: the early shifts of the last days, and the hours until now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = 20
BEGINS, ENDS = time(6), time(14)
TODAY = timedelta(hours=5)


@dataclass(frozen=True)
class Shifts:
    """Working hours as (begin, end), in order of time. The last one goes on beyond now."""

    hours: tuple[tuple[datetime, datetime], ...]

    @classmethod
    def until(cls, now: datetime, zone: ZoneInfo, closed: Collection[date] = ()) -> "Shifts":
        """The early shift of each of the last working days, then the five hours before now, whatever the hour is."""
        today = (now - TODAY).astimezone(zone)
        days: list[date] = []
        day = today.date()
        while len(days) < DAYS:
            day -= timedelta(days=1)
            if day.weekday() < 5 and day not in closed:
                days.insert(0, day)
        past = [(datetime.combine(d, BEGINS, zone), datetime.combine(d, ENDS, zone)) for d in days]
        return cls((*past, (today, now + timedelta(days=1))))

    @property
    def first(self) -> datetime:
        return self.hours[0][0]

    def fit(self, earliest: datetime, duration: timedelta) -> datetime:
        """The first moment from `earliest` on at which work of this duration fits into one shift."""
        for begin, end in self.hours:
            start = max(begin, earliest)
            if start + duration <= end:
                return start
        return earliest
