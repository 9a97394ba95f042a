"""Collecting: from a driver's samples to rows, once each, whatever fails on the way (docs/collection.md)."""
