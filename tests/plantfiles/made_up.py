"""Strategies for what stands in plant files: names that nobody would choose, texts, days and amounts."""

from hypothesis import strategies as st

ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_ODD = st.sampled_from(
    ["null", "~", "yes", "1.10", "- a", "#x", "a: b", " x ", "ä\u2028b", "tab\there", "%41", "..", "a/b", "A/B", "*"]
)
words = st.text(ANY, min_size=1, max_size=20).filter(str.strip) | _ODD
codes = st.lists(words, min_size=1, max_size=4, unique=True)
long_texts = st.text(ANY, max_size=60) | st.text(" \n\r\tab:#", max_size=30)
quantities = st.decimals("0.0001", "9999999999", places=4)
slugs = st.from_regex(r"\A[a-zA-Z0-9_-]{1,20}\Z")
yes_no = st.sampled_from(["yes", "no"])
days = st.dates().map(str)


def some(strategy, most=3, **more):
    """A few of these, none twice."""
    return st.lists(strategy, max_size=most, unique=True, **more)
