"""Quality's word on what was received: released with a signature, rejected, or sent back."""

import pytest

from genealogy.models import Activity, Unit
from genealogy.policies import Expired, MadeHere
from genealogy.status import UnitStatus
from mes.kernel.audit.actions.signatures import SignatureRefused, SignatureUnseen, SignatureVoid, Signing
from mes.kernel.audit.models import Signature
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput, Refusal
from mes.kernel.transitions import IllegalTransition
from tests.genealogy.lots import quarantined, reject, release, send_back, signing, stage, supplier, take_in
from tests.plant import NOW
from tests.races.runners import at_once, done, refused


@pytest.fixture
def lot(plant) -> Unit:
    quarantined(plant, plant.screws)
    return take_in(plant, supplier=supplier(plant), supplier_lot="B-77", certificate_number="3.1-5521")


@pytest.mark.django_db
def test_a_released_lot_can_be_staged_and_its_signature_says_what_was_seen(plant, lot):
    assert lot.status == UnitStatus.QUARANTINED
    release(plant, lot)
    assert stage(plant, lot).status == UnitStatus.FINISHED
    signature = Signature.objects.get(record=lot.pk)
    assert (signature.meaning, signature.signed_by) == ("RELEASED", plant.people["mei"])
    assert signature.content["shown"] == {
        "lot": "LOT-1",
        "product": "M3X8",
        "quantity": "100",
        "quantity_unit": "pcs",
        "expires": "",
        "supplier": "bossard",
        "supplier_lot": "B-77",
        "certificate": "3.1-5521",
    }
    assert signature.content["act"] == {"reason": "Certificate checked"}
    activity = Activity.objects.filter(units__unit=lot).latest("sequence")
    assert (activity.kind, activity.by, activity.reason) == ("STAGE", plant.operator, "")


@pytest.mark.django_db
def test_in_quarantine_it_is_not_staged(plant, lot):
    with pytest.raises(Refusal, match="in quarantine"):
        stage(plant, lot)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("signed", "refusal"),
    [
        ({"meaning": "APPROVED"}, SignatureRefused),
        ({"digest": "0" * 64}, SignatureVoid),
        ({"digest": ""}, SignatureUnseen),
    ],
)
def test_a_signature_that_does_not_fit_releases_nothing(plant, lot, signed, refusal):
    right = signing(plant, lot)
    with pytest.raises(refusal):
        release(plant, lot, signed=Signing(**vars(right) | signed))
    assert Unit.objects.get(pk=lot.pk).status == UnitStatus.QUARANTINED


@pytest.mark.django_db
def test_it_is_released_once_and_not_without_a_reason(plant, lot):
    with pytest.raises(InvalidInput):
        release(plant, lot, reason=" ")
    release(plant, lot)
    with pytest.raises(IllegalTransition):
        release(plant, lot)


@pytest.mark.django_db
def test_a_lot_that_expired_while_it_waited_is_not_released(plant):
    lot = take_in(plant, quarantined(plant, plant.screws), expires=NOW.date())
    plant.at(24 * 3600)
    with pytest.raises(Expired):
        release(plant, lot)
    assert reject(plant, lot).status == UnitStatus.SCRAPPED


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["amina", "ines", "hiroshi"])
def test_only_quality_may(plant, lot, who):
    for verb in (release, reject, send_back):
        with pytest.raises(RoleMissing):
            verb(plant, lot, who)


@pytest.mark.django_db
def test_a_rejected_lot_is_scrap_all_of_it_and_at_no_station(plant):
    lot = stage(plant, take_in(plant))
    reject(plant, lot)
    lot.refresh_from_db()
    assert (lot.status, lot.quantity_left, lot.quantity_scrapped, lot.station) == (UnitStatus.SCRAPPED, 0, 100, None)
    activity = Activity.objects.filter(units__unit=lot).latest("sequence")
    assert (activity.kind, activity.station_code, activity.reason) == ("REJECT", "ST-30", "Wrong plating")
    with pytest.raises(IllegalTransition):
        reject(plant, lot)


@pytest.mark.django_db
def test_a_returned_lot_is_gone_all_of_it_and_is_no_scrap(plant):
    lot = stage(plant, take_in(plant))
    send_back(plant, lot)
    lot.refresh_from_db()
    assert (lot.status, lot.quantity_left, lot.station) == (UnitStatus.RETURNED, 0, None)
    assert (lot.quantity_returned, lot.quantity_scrapped) == (100, 0)
    activity = Activity.objects.filter(units__unit=lot).latest("sequence")
    assert (activity.kind, activity.station_code, activity.reason) == ("RETURN", "ST-30", "Wrong plating")
    assert activity.units.get().quantity == 100
    for verb in (send_back, reject):
        with pytest.raises(IllegalTransition):
            verb(plant, lot)


@pytest.mark.django_db
def test_a_lot_is_returned_from_quarantine_and_not_without_a_reason(plant, lot):
    with pytest.raises(InvalidInput):
        send_back(plant, lot, reason="  ")
    assert send_back(plant, lot).status == UnitStatus.RETURNED
    with pytest.raises(IllegalTransition):
        release(plant, lot)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", [reject, send_back])
def test_what_is_made_here_is_neither_rejected_nor_returned_this_way(plant, verb):
    with pytest.raises(MadeHere):
        verb(plant, plant.unit())


def test_released_and_rejected_at_once_one_of_them_wins(committed_plant):
    plant = committed_plant
    lot = take_in(plant, quarantined(plant, plant.screws))
    signed = signing(plant, lot)
    answers = at_once(lambda: release(plant, lot, signed=signed), lambda: reject(plant, lot))
    assert done(answers)
    assert all(isinstance(answer, Refusal) for answer in refused(answers)), answers
    kinds = list(Activity.objects.order_by("sequence").values_list("kind", flat=True))
    assert kinds in (["RECEIVE", "REJECT"], ["RECEIVE", "RELEASE_LOT", "REJECT"])
    assert Unit.objects.get().status == UnitStatus.SCRAPPED
