"""When to poll: at the multiples of the period since 1970, set off by a phase. Pure; all in microseconds.

So the samples of two collectors that take turns bear the same times, and connections with different phases don't fire
all at once.
"""

from dataclasses import dataclass

SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Schedule:
    period_us: int
    phase_us: int = 0

    @classmethod
    def of(cls, period_s: float, phase_s: float) -> "Schedule":
        """Raises ValueError for a period below a millisecond."""
        if period_s < 0.001:
            raise ValueError(f"A period of {period_s} s is none: a millisecond is the shortest.")
        return cls(round(period_s * SECOND), round(phase_s * SECOND))

    def begun(self, now_us: int) -> int:
        """The slot that now lies in: from its time on, to the next one's."""
        return (now_us - self.phase_us) // self.period_us * self.period_us + self.phase_us

    def first(self, now_us: int) -> int:
        """The first slot to poll: the next to begin."""
        return self.begun(now_us) + self.period_us

    def woken(self, slot_us: int, now_us: int) -> tuple[int, int]:
        """The slot to poll for whoever slept until this one, and how many are over: a busy process wakes late, and
        what is read then was not so before.
        """
        slot = max(slot_us, self.begun(now_us))
        return slot, (slot - slot_us) // self.period_us

    def after(self, slot_us: int, now_us: int) -> tuple[int, int]:
        """The slot to poll after this one, and how many are over meanwhile: one is when the next has begun.

        A clock that was set back begins the schedule anew instead of pausing until it has caught up.
        """
        following = slot_us + self.period_us
        if now_us < slot_us - self.period_us:
            return self.first(now_us), 0
        slot = max(following, self.begun(now_us))
        return slot, (slot - following) // self.period_us
