"""The ground floor: what every app stands on, with no word of a factory in it (see docs/architecture.md)."""
