"""What an act has changed, as differences between two pictures; taking it back is adding them the other way round."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from tests.model.floor.routing import REPAIR, after, waits
from tests.model.floor.things import DECIDERS, WORKERS, Job, Things

AGO = 600
NOTHING = object()


def differences(before: Any, now: Any, *path: Any) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """Where the two differ: path, what was there, what is."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in [*before, *(key for key in now if key not in before)]:
            yield from differences(before.get(key, NOTHING), now.get(key, NOTHING), *path, key)
    elif before is not now and before != now:
        yield path, before, now


def take_back(picture: Any, path: tuple[Any, ...], before: Any, after_it: Any) -> None:
    *way, last = path
    for key in way:
        picture = picture[key]
    if before is NOTHING:
        del picture[last]
    elif isinstance(before, int) and not isinstance(before, bool) and isinstance(after_it, int):
        picture[last] += before - after_it
    elif isinstance(before, set):
        picture[last] = (picture[last] - (after_it - before)) | (before - after_it)
    else:
        picture[last] = before


class Undo(Things):
    @contextmanager
    def act(self, kind: str, serial: str, code: str, who: str) -> Iterator[dict[str, Any]]:
        """Note what is changed meanwhile as one act on the operation."""
        before, status = deepcopy(self._picture(serial)), self.units[serial]["status"]
        act = {"kind": kind, "who": who, "at": self.now(), "scrap": 0, "ended": []}
        yield act
        act["changed"] = list(differences(before, deepcopy(self._picture(serial))))
        act["ends"] = self.units[serial]["status"] != status
        self.acts.setdefault(self.units[serial]["jobs"][code]["id"], []).append(act)

    def _picture(self, serial: str) -> dict[str, Any]:
        return {"unit": self.units[serial], "parts": self.parts}

    def last_act(self, serial: str, code: str) -> dict[str, Any] | None:
        job = self.units[serial]["jobs"].get(code)
        acts = self.acts.get(job["id"]) if job else None
        return acts[-1] if acts else None

    def undo(self, serial: str, code: str, who: str, reason: str) -> bool:
        unit, last = self.units[serial], self.last_act(serial, code)
        if last is None:
            return False
        is_own = who == last["who"] and self.now() - last["at"] <= AGO and who in WORKERS
        if not is_own and (who not in DECIDERS or not reason):
            return False
        run = self.together(serial, code)
        for one, code in run:
            act = self.last_act(one, code)
            if (
                act is None
                or (act["at"], act["who"]) != (last["at"], last["who"])
                or self._has_followed(one, code, act)
                or self.is_held(one, code)
            ):
                return False
        batch = unit["jobs"][code]["batch"]
        for one, code in run:
            self._take_back(one, code)
        if batch is not None and last["kind"] in ("started", "completed"):
            self.batches[batch]["status"] = "CANCELLED" if last["kind"] == "started" else "RUNNING"
        return True

    def _take_back(self, serial: str, code: str) -> None:
        unit, job = self.units[serial], self.units[serial]["jobs"][code]
        last = self.acts[job["id"]].pop()
        on = {id(one): set(one["on"]) for one in unit["jobs"].values()}
        for path, *change in last["changed"]:
            # What it did to a job beside it that was taken back since is gone with that job.
            if path[1] != "jobs" or len(path) == 3 or path[2] in unit["jobs"]:
                take_back(self._picture(serial), path, *change)
        for ended in last["ended"]:
            self.acts[ended].pop()
        if last["scrap"]:
            self.cuts[serial].remove(last["at"])
        if code not in unit["jobs"]:
            job["status"] = "CANCELLED"
        for one in unit["jobs"].values():
            self._clock_as_before(one, on.get(id(one), set()))

    def _clock_as_before(self, job: Job, on: set[str]) -> None:
        for who in on - job["on"]:
            self.clock_off(job, who)
        for who in job["on"] - on:
            self.clock_on(job, who)

    def clock_on(self, job: Job, who: str) -> None:
        job["on"] = job["on"] | {who}
        if not any(s["job"] is job and s["who"] == who and s["ended"] is None for s in self.spans):
            self.spans.append({"job": job, "who": who, "began": self.now(), "ended": None})

    def clock_off(self, job: Job, who: str) -> None:
        job["on"] = job["on"] - {who}
        for span in self.spans:
            if span["job"] is job and span["who"] == who and span["ended"] is None:
                span["ended"] = self.now()

    def _has_followed(self, serial: str, code: str, act: dict[str, Any]) -> bool:
        unit = self.units[serial]
        jobs, plan = unit["jobs"], self.plan(serial)
        later = after(plan, code) - {code} if code in waits(plan) else set()
        return (
            self.orders[unit["order"]]["cancelled"]
            or act["kind"] == "divided"
            or (code in REPAIR and not unit["repair"])
            or bool(later & set(jobs))
            or any(cut > act["at"] for cut in self.cuts[serial])
            or (unit["status"] != "IN_PROCESS" and not act["ends"])
            or any(self._is_since(rework, act["at"]) for rework in unit["reworks"].values())
            or (act["scrap"] > 0 and self._went_on_with_less(serial, code, act))
        )

    @staticmethod
    def _is_since(rework: dict[str, Any], at: int) -> bool:
        is_kept = rework["status"] != "CANCELLED"
        return is_kept and (rework["decided"] >= at or (rework["ended"] or -1) > at)

    def _went_on_with_less(self, serial: str, code: str, act: dict[str, Any]) -> bool:
        """Beside it something began with what the scrap had left, or ended with that."""
        for other, job in self.units[serial]["jobs"].items():
            is_less = any(path[:3] == ("unit", "jobs", other) for path, *_ in act["changed"])
            has_ended = job["status"] != "RUNNING" and job["id"] not in act["ended"]
            is_begun_since = job["begun"] > act["at"] and job["status"] != "SKIPPED"
            if other != code and (is_begun_since or (is_less and has_ended)):
                return True
        return False
