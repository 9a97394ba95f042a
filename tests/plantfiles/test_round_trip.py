"""Export, import into an empty database, export: the same bytes; a second import changes nothing."""

import pytest
from django.conf import settings

from mes.kernel.audit.models import AuditEvent, Signature
from mes.kernel.personnel.models import Person, PersonQualification
from mes.plantfiles.actions.plant import Rehearsed
from mes.plantfiles.kinds import KINDS
from mes.plantfiles.writing import export
from orders.models import Operation, Product, ProductRevision, Step
from tests.plantfiles.folder import FILES, changed, first_people, take


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


def kinds_of(files):
    return {name: content.decode("latin-1") for name, content in files.items()}


def is_unchanged(found) -> bool:
    return (
        not found.changes
        and all(set(counts) - {"unchanged"} == {"created", "updated"} for counts in found.counts.values())
        and not any(counts["created"] + counts["updated"] for counts in found.counts.values())
    )


def test_every_kind_of_thing_goes_in_and_comes_out_as_it_was(committed_database):
    first_people()
    found = take(FILES, "hiroshi", "mei")
    assert not found.awaiting
    assert kinds_of(export(KINDS, None)) == kinds_of(FILES)
    assert is_unchanged(take(FILES, "hiroshi", "mei"))
    # What is written is on record, in the importer's name; what is signed, in the signer's.
    omar, mei = (Person.objects.get(username=name) for name in ("omar", "mei"))
    event = AuditEvent.objects.filter(table_name="orders_bomline").first()
    assert (event.person, event.reason) == (str(omar.pk), "plant files")
    assert AuditEvent.objects.filter(table_name="orders_historicalbomline").count() == 3
    assert Signature.objects.filter(signed_by=mei, meaning="RELEASED").count() == 5
    history = Product.history.get(code="PUMP")
    assert (history.history_user, history.history_change_reason, history.history_type) == (omar, "plant files", "+")
    # Copied from the library, and nobody has a password by a file.
    assert Operation.objects.get(code="20").copied_from == Operation.objects.get(code="T1")
    assert not Person.objects.get(username="amina").has_usable_password()
    assert PersonQualification.objects.get().granted_by == omar


def test_without_secrets_revisions_stay_drafts_and_are_awaited(committed_database):
    first_people()
    found = take(FILES)
    assert "Product revision PUMP B is to be approved by hiroshi." in [one.what for one in found.awaiting]
    assert set(ProductRevision.objects.values_list("status", flat=True)) == {"DRAFT"}
    again = take(FILES)
    assert is_unchanged(again)
    assert len(again.awaiting) == len(found.awaiting) == 8
    # Who approves comes first; what is released goes on when the other has signed.
    half = take(FILES, "hiroshi")
    assert "Product revision BOARD B is to be released by mei." in [one.what for one in half.awaiting]
    assert any(one.what.startswith("Product revision PUMP B can't be approved yet") for one in half.awaiting)
    assert not take(FILES, "hiroshi", "mei").awaiting
    assert kinds_of(export(KINDS, None)) == kinds_of(FILES)


def test_a_rehearsal_says_the_same_and_changes_nothing(committed_database, tmp_path):
    first_people()
    with pytest.raises(Rehearsed) as rehearsed:
        take(FILES, is_rehearsal=True)
    assert not Product.objects.exists()
    assert not list((tmp_path / "media").rglob("*.png"))
    found = take(FILES)
    assert rehearsed.value.found.counts == found.counts
    assert [what for _, what in rehearsed.value.found.changes] == [what for _, what in found.changes]


def test_drafts_are_changed_to_what_the_file_says(committed_database):
    first_people()
    take(FILES)
    files = changed("routings/NF/PUMP.yaml", "code: BOARD\n", "code: BOARD\n            position: 2\n")
    files = changed("routings/NF/PUMP.yaml", "code: COLOUR\n", "code: COLOUR\n            position: 1\n", files)
    files = changed("routings/NF/PUMP.yaml", "quantity_unit: N·m", "quantity_unit: cN·m", files)
    files = changed("products/PUMP.yaml", "quantity: 6\n", "quantity: 8\n", files)
    files = changed("stations/NF/ST-10.yaml", "  - text: The bench is empty\n", "", files)
    files = changed("people/amina.yaml", "sites: [NF]\n", "", files)
    files = changed("people/amina.yaml", "badge: B-1\n", "badge: B-2\nis_active: no\n", files)
    found = take(files)
    said = [what for _, what in found.changes]
    assert "BOM line 20 M3X8: quantity 6 → 8" in said
    assert "clearance item 2 is not listed any more" in said
    assert Step.objects.get(code="COLOUR").position == 1
    assert found.counts["products"] == {"created": 0, "updated": 1, "unchanged": 3}
    assert not Person.objects.get(username="amina").is_active
    assert is_unchanged(take(files))
    take(FILES)
    assert Person.objects.get(username="amina").is_active
    assert Product.objects.get(code="PUMP").description == "A pump\n  for tests"


def test_badges_change_hands(committed_database):
    first_people()
    files = changed("people/mei.yaml", "username: mei\n", "username: mei\nbadge: B-2\n")
    take(files)
    files = changed("people/mei.yaml", "badge: B-2\n", "badge: B-1\n", files)
    files = changed("people/amina.yaml", "badge: B-1\n", "badge: B-2\n", files)
    take(files)
    assert dict(Person.objects.exclude(badge=None).values_list("username", "badge")) == {"mei": "B-1", "amina": "B-2"}
    assert list(Person.history.filter(username="mei").order_by("pk").values_list("badge", flat=True)) == [
        None,
        "B-2",
        "B-1",
    ]
    assert is_unchanged(take(files))


def test_a_grant_that_is_not_listed_is_withdrawn_and_granted_anew(committed_database):
    first_people()
    take(FILES)
    whole = FILES["people/amina.yaml"].decode()
    files = changed("people/amina.yaml", whole[whole.index("qualifications:") :], "")
    take(files)
    held = PersonQualification.objects.get()
    assert held.withdrawn_at is not None
    assert is_unchanged(take(files))
    take(FILES)
    held.refresh_from_db()
    assert (held.withdrawn_at, held.level) == (None, 2)
    assert held.history.count() == 3


def test_what_the_files_do_not_speak_of_stays(committed_database):
    first_people()
    take(FILES, "hiroshi", "mei")
    some = {name: content for name, content in FILES.items() if name in ("plant.yaml", "products/M3X8.yaml")}
    assert is_unchanged(take(some))
    assert kinds_of(export(KINDS, None)) == kinds_of(FILES)


def test_the_media_root_of_these_tests_is_their_own(tmp_path):
    assert str(tmp_path) in settings.MEDIA_ROOT
