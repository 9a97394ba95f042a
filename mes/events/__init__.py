"""Live pages: the program that tells open pages what has changed, by server-sent events (ADR 8).

`python -m mes.events` runs it. It knows topics and passes alone, and asks the database for nothing but notifications.
"""
