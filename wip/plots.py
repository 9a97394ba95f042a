"""The numbers of one step as a small plot."""

from collections.abc import Sequence

from mes.kernel.plot import Plot, plot_of
from wip.models import Reading


def plot_of_readings(readings: Sequence[Reading]) -> Plot | None:
    """The plot of these values in force of a step, in the order of their samples; None without numbers."""
    numbers = [(one.number, one.value) for one in readings if one.number is not None]
    if not numbers:
        return None
    return plot_of(numbers, readings[0].lower, readings[0].upper, max(one.places for one in readings))
