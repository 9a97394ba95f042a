"""Topics: names for what a live page shows, by which it is told that something of it has changed.

A topic begins with the key of the site it belongs to; that decides who may listen. It names a thing or all of a kind,
and says nothing of what happened: who is told asks the web process, which knows what they may see.
"""

from uuid import UUID

CHANNEL = "plantwright_changed"  # of PostgreSQL's LISTEN and NOTIFY


def topic(site: UUID, kind: str, key: UUID | None = None) -> str:
    """One thing of a kind at a site; without a key, all of the kind there."""
    return f"{site}/{kind}/{key}" if key else f"{site}/{kind}"


def site_of(name: str) -> str:
    """The key of the site that a topic belongs to, as text; of what is no topic, something that is no site's key."""
    return name.partition("/")[0]
