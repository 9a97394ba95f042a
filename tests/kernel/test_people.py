"""Making people known."""

import pytest

from mes.kernel.constraints import RuleOfTheRecord
from mes.kernel.personnel.actions import people
from mes.kernel.personnel.actions.secrets import SecretWrong, confirm_password, confirm_pin
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from tests.plant import NOW

pytestmark = pytest.mark.django_db


def create(plant, by="omar", password="", pin="", **more):
    person = Person(**{"username": "nadia", "full_name": "Nadia Petrova", "roles": ["operator"]} | more)
    with plant.door(by) as passage:
        return people.create(person=person, by=passage.person, password=password, pin=pin)


def test_with_secrets_a_person_can_log_in_and_on(plant):
    nadia = create(plant, password="a good long secret", pin="9182", badge="B-0777")
    assert confirm_password(person=nadia, password="a good long secret", at=NOW) == nadia
    assert confirm_pin(person=nadia, pin="9182", at=NOW) == nadia


def test_without_them_no_secret_fits(plant):
    nadia = create(plant)
    for secret in ("", "!"):
        with pytest.raises(SecretWrong):
            confirm_password(person=Person.objects.get(pk=nadia.pk), password=secret, at=NOW)
        with pytest.raises(SecretWrong):
            confirm_pin(person=Person.objects.get(pk=nadia.pk), pin=secret, at=NOW)


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "a/b", "a\n", "ä\x00"])
def test_a_user_name_stands_in_addresses(plant, name):
    with pytest.raises(InvalidInput, match="user name"):
        create(plant, username=name)


@pytest.mark.parametrize("taken", [{"username": "amina"}, {"badge": "B-0451"}])
def test_what_somebody_has_is_refused(plant, taken):
    with pytest.raises(RuleOfTheRecord, match="There is one with"):
        create(plant, **taken)


def test_an_unknown_role_and_a_wrong_pin_are_named(plant):
    with pytest.raises(InvalidInput, match="There is no role boss"):
        create(plant, roles=["boss"])
    with pytest.raises(InvalidInput, match="4 to 8 digits"):
        create(plant, pin="12")


@pytest.mark.parametrize("by", ["ines", "hiroshi", "ruth"])
def test_who_may_not_edit_people_is_refused(plant, by):
    with pytest.raises(RoleMissing):
        create(plant, by=by)
