"""Times of samples are microseconds since 1970 in UTC until they come to the database."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_US = 60_000_000


def moment(at_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=at_us)


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
