"""Machines in plant files: tags go on as the same, states move between connections, and secrets stay where they are."""

import ssl

import pytest

from equipment.drivers.opcua.certificates import make_certificate
from equipment.models import Connection, SecurityProfile, Series, StateCondition, StateTerm, Tag
from mes.kernel.documents import FilesWrong
from mes.kernel.door import open_door
from mes.plantfiles.kinds import KINDS
from mes.plantfiles.writing import export
from tests.plantfiles.folder import FILES, changed, first_people, take
from tests.plantfiles.test_round_trip import is_unchanged, kinds_of

PRESS, OVEN, PLAIN = "connections/NF/PRESS.yaml", "connections/NF/OVEN.yaml", "security-profiles/NF/plain.yaml"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def plant_of_files(committed_database):
    first_people()
    return take(FILES)


def series_of(code):
    return list(Series.objects.filter(tag__code=code).values_list("version", "value_type", "quantity_unit"))


def test_another_type_or_unit_begins_a_series_and_nothing_else_does(plant_of_files):
    assert series_of("force") == [(1, "FLOAT32", "kN")]
    files = changed(PRESS, "quantity_unit: kN", "quantity_unit: N")
    take(changed(PRESS, 'address: "holding:110"', 'address: "holding:112"', files))
    assert series_of("force") == [(1, "FLOAT32", "kN"), (2, "FLOAT32", "N")]
    take(changed(PRESS, "value_type: FLOAT32", "value_type: INT32", files))
    assert series_of("force")[-1] == (3, "INT32", "N")
    assert series_of("scrap") == [(1, "UINT32", "")]
    assert Tag.history.filter(code="force").count() == 3


def test_tags_and_conditions_have_the_site_of_their_file(plant_of_files):
    for model in (Tag, StateCondition, StateTerm):
        assert set(model.objects.values_list("site__code", flat=True)) == {"NF"}, model
        assert set(model.history.values_list("site__code", flat=True)) == {"NF"}, model


def test_a_preset_is_the_conditions_that_it_stands_for(plant_of_files):
    told = StateCondition.objects.order_by("rank").values_list("rank", "state", "terms__tag__code", "terms__value")
    assert list(told)[:4] == [
        (1, "DOWN", "state", 0),
        (2, "STOPPED", "state", 1),
        (3, "IDLE", "state", 2),
        (4, "RUNNING", "state", 3),
    ]
    # One of them changed by hand: the others are written out, and it is still the same.
    with open_door(person=None):
        StateCondition.objects.filter(rank=2).update(detail="Out of order")
    written = export(KINDS, None)
    assert b"preset" not in written[OVEN]
    assert is_unchanged(take(written))


def test_a_tag_that_is_not_listed_goes_out_of_use(plant_of_files):
    whole = FILES[PRESS].decode()
    setpoint = whole[whole.index("  - code: setpoint") :]
    found = take(changed(PRESS, setpoint, ""))
    assert [what for _, what in found.changes] == ["tag setpoint is not listed any more"]
    assert not Tag.objects.get(code="setpoint").is_active
    take(FILES)
    assert Tag.objects.get(code="setpoint").is_active


def test_states_move_to_another_connection(plant_of_files):
    oven = FILES[OVEN].decode()
    states = oven[oven.index("states:") :]
    moved = """states:
  - station: ST-10
    state: RUNNING
    terms:
      - tag: scrap
        comparison: GT
        value: -0.5
"""
    files = changed(OVEN, states, "") | {PRESS: FILES[PRESS] + moved.encode()}
    take(files)
    (condition,) = StateCondition.objects.all()
    assert (condition.connection.code, condition.terms.get().value) == ("PRESS", -0.5)
    assert is_unchanged(take(files))
    take(FILES)
    assert kinds_of(export(KINDS, None))[OVEN] == kinds_of(FILES)[OVEN]


def test_secrets_are_in_no_file_and_what_is_missing_is_said(plant_of_files):
    said = [(row.file, row.line, what) for row, what in plant_of_files.missing]
    password = "security profile NF plain: The password of mes is not here: give it in the administration."
    assert said == [(PLAIN, 1, password)]
    with open_door(person=None):
        profile = SecurityProfile.objects.get()
        profile.password, profile.private_key = "not-for-files", "nor-this"
        profile.save()
    found = take(changed(PLAIN, "user_name: mes", "user_name: mes2"))
    assert not found.missing
    profile.refresh_from_db()
    assert (profile.user_name, profile.password.reveal(), profile.private_key.reveal()) == (
        "mes2",
        "not-for-files",
        "nor-this",
    )
    everything = b"".join(export(KINDS, None).values())
    for secret in ("not-for-files", "nor-this", profile.password.sealed, profile.private_key.sealed):
        assert secret.encode() not in everything


def test_a_policy_needs_a_key_and_one_of_its_certificate(plant_of_files):
    secured = changed(PLAIN, "policy: None\nmode: None", "policy: Basic256Sha256\nmode: Sign")
    secured = changed(PLAIN, "user_name: mes\n", "", secured)
    key = "Its private key is not here: give it in the administration, or make a new certificate there."
    assert [what for _, what in take(secured).missing] == [f"security profile NF plain: {key}"]
    one, other = (make_certificate(name="x", application_uri="urn:x") for _ in range(2))
    with open_door(person=None):
        profile = SecurityProfile.objects.get()
        profile.certificate = ssl.DER_cert_to_PEM_cert(one.certificate)
        profile.private_key = one.private_key.decode()
        profile.save()
    kept = export(KINDS, None)
    assert not take(kept).missing
    pem = "\n  ".join(ssl.DER_cert_to_PEM_cert(other.certificate).splitlines())
    own = "\n  ".join(profile.certificate.splitlines())
    assert ["not that of its certificate" in what for _, what in take(changed(PLAIN, own, pem, kept)).missing] == [True]


def test_the_collector_hears_of_what_changes(plant_of_files):
    def wanted(code):
        return Connection.objects.get(code=code).configuration_version.number

    before = wanted("PRESS"), wanted("OVEN")
    take(FILES)
    assert (wanted("PRESS"), wanted("OVEN")) == before
    take(changed(PRESS, "timeout_ms: 500", "timeout_ms: 501"))
    assert wanted("PRESS") > before[0]
    assert wanted("OVEN") == before[1]


def test_a_tag_that_tells_a_state_is_not_left_out_and_does_not_move(plant_of_files):
    whole = FILES[OVEN].decode()
    gone = whole[whole.index("  - code: state") : whole.index("  - code: temperature")]
    refusal = "state tells the state of ST-10, and can't be taken out of use."
    for more in (changed(OVEN, gone, ""), changed(OVEN, "code: state\n", "code: state\n    is_active: no\n")):
        with pytest.raises(FilesWrong) as refused:
            take(more)
        assert refusal in {error.what for error in refused.value.errors}
    with pytest.raises(FilesWrong) as refused:
        take(changed(OVEN, "code: state\n    station: ST-10", "code: state"))
    assert "state tells the state of ST-10, and can't move away from there." in {
        error.what for error in refused.value.errors
    }
    assert Tag.objects.get(code="state").is_active


def test_two_counters_of_a_station_do_not_book_by_one_register(plant_of_files):
    more = "  - code: scrap\n    station: ST-10\n"
    twice = more.replace("scrap", "again") + (
        '    address: "holding:9"\n    value_type: UINT16\n    role: COUNTER\n    books: PART_DONE\n'
    )
    with pytest.raises(FilesWrong) as refused:
        take(changed(PRESS, more, twice + more))
    assert {error.what for error in refused.value.errors} == {
        "again counts by the same register as scrap: each part would be booked twice."
    }
