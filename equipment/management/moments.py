"""Times as a person gives them to a command."""

from datetime import UTC, datetime

from django.core.management.base import CommandError


def moment_of(text: str | None) -> datetime | None:
    """Of ISO 8601; without a zone it is UTC. Raises CommandError."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is not a time: write it as 2026-11-24T14:05Z.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
