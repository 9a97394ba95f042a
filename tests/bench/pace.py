"""How quick the machine is during a measurement: milliseconds of two runs can only be compared beside it.

1 is a machine on which Django renders the list below in 6.5 ms; an older one, or one that is shared with others just
now, its memory as well as its cores, takes longer. It is a list because pages are lists: counting alone is as quick on
a machine whose memory is three times as slow. No limit is changed by it.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import TypeVar

from django.template import engines

Measured = TypeVar("Measured")

LIST_MS, TIMES = 6.5, 9
_ROWS = [
    {
        "number": f"WO-{number}",
        "is_late": number % 3 == 0,
        "due_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number),
        "product": {"name": f"Pump of the size {number}"},
        "quantity": Decimal(number) / 3,
    }
    for number in range(60)
]
_LIST = """
{% for row in rows %}
  <tr{% if row.is_late %} data-tone="alarm"{% endif %}>
    <th><a href="/orders/{{ row.number|urlencode }}/">{{ row.number }}</a></th>
    <td>{{ row.due_at|date:"D j M, H:i" }}</td>
    <td>{{ row.product.name|truncatechars:20 }}</td>
    <td>{% if row.quantity > 1 %}{{ row.quantity|floatformat:2 }}{% else %}–{% endif %}</td>
  </tr>
{% endfor %}
"""


def pace() -> float:
    """How many times as long as 6.5 ms the list takes."""
    template, taken = engines["django"].from_string(_LIST), []
    for _ in range(TIMES):
        begun = time.perf_counter()
        template.render({"rows": _ROWS})
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken) / LIST_MS


def at_pace(measure: Callable[[], Measured]) -> tuple[Measured, float]:
    """What was measured, and the pace around it."""
    before = pace()
    measured = measure()
    return measured, (before + pace()) / 2
