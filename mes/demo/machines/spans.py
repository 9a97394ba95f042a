"""Times as spans (begin, end) in seconds, each list in order and free of overlaps."""

from collections.abc import Iterable, Sequence

Span = tuple[float, float]


def length(spans: Iterable[Span]) -> float:
    return sum(end - begin for begin, end in spans)


def narrowed(spans: Iterable[Span], by: float) -> list[Span]:
    """Without so much at each end; what is shorter is gone."""
    return [(begin + by, end - by) for begin, end in spans if end - begin > 2 * by]


def widened(spans: Iterable[Span], by: float) -> list[Span]:
    """With so much more at each end; what meets then is one."""
    found: list[Span] = []
    for begin, end in spans:
        if found and begin - by <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end + by))
        else:
            found.append((begin - by, end + by))
    return found


def common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What is in both."""
    both = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return sorted((begin, end) for begin, end in both if end > begin)


def apart(some: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """What is in some, and not in others."""
    left: list[Span] = []
    for begin, end in some:
        for other_begin, other_end in others:
            if other_end <= begin or other_begin >= end:
                continue
            if other_begin > begin:
                left.append((begin, other_begin))
            begin = max(begin, other_end)
        if end > begin:
            left.append((begin, end))
    return left
