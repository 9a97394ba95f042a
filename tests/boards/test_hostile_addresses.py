"""Whatever stands in an address or a form, the answer is a page or a refusal, never a failure of the server."""

import pytest

_TEXTS = ["%00", "%0A", "%ED%A0%80", "%FF", "'%20OR%201=1--", "%F0%9F%94%A9", "..%2F..%2F", "x" * 400, "%E2%80%AE"]


@pytest.mark.parametrize("text", _TEXTS)
def test_odd_texts_in_addresses_are_answered(plant, desk_of, text) -> None:
    ruth = desk_of("ruth")
    for address in (
        f"/orders/{text}/",
        f"/units/{text}/",
        f"/orders/?text={text}&status={text}&page={text}",
        f"/holds/?status={text}&page={text}",
        f"/find?q={text}",
        f"/records/?table={text}&record={text}&person={text}&since={text}&before={text}",
        f"/records/?record={text}",
        f"/login/?next={text}",
    ):
        assert ruth.get(address).status_code in {200, 302, 404, 422}, address


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "2027-03-28T02:30", "2026-10-25T02:30"])
def test_odd_times_in_the_search_of_the_ledger_are_answered(plant, desk_of, moment) -> None:
    assert desk_of("ruth").get(f"/records/?since={moment}&until={moment}").status_code in {200, 422}


@pytest.mark.parametrize("text", ["\0", "\ud800", "x" * 5000, "\n", "‮", " "])
def test_odd_texts_in_forms_are_refused_or_kept_as_they_are(plant, ines, text) -> None:
    order = plant.released()
    text = [text.encode("utf-8", "surrogatepass")]  # a list: the test client takes bytes for several values
    for address, content in (
        (f"/orders/{order}/hold/", {"reason_code": text, "reason": text}),
        (f"/orders/{order}/hold/", {"reason_code": "QUALITY", "reason": text}),
        ("/holds/place/", {"subject": text, "reason_code": "QUALITY", "reason": "x"}),
        ("/orders/release/", {"order": text}),
    ):
        assert ines.post(address, **content).status_code in {302, 404, 422}, (address, content)
    assert ines.post(f"/orders/{order}/hold/", key="\0" * 20).status_code == 422
