"""People and qualifications over REST."""

import pytest

from equipment.models import SiteAccess
from mes.kernel.personnel.models import Person
from tests.api.conftest import api_as

pytestmark = pytest.mark.django_db
GRANT = {"qualification": "torque", "level": 3, "evidence": "Course of 12 May", "expires_date": "2099-05-12"}


@pytest.fixture
def api(plant):
    return api_as(plant, "ines")


def test_people_of_ones_sites_are_listed_in_pages(api, plant):
    SiteAccess.objects.filter(person=plant.people["mei"]).update(site=plant.elsewhere)
    first = api.get("/people?limit=3").json()
    names = [person["username"] for person in first["results"]]
    path = first["next"].split("/api/v1")[1]
    rest = api.get(path.replace("limit=3", "limit=100")).json()
    assert rest["next"] is None
    names += [person["username"] for person in rest["results"]]
    assert sorted(names) == sorted(set(plant.people) - {"mei"})


def test_a_person_is_told_without_secrets(api):
    assert api.get("/people/amina").json() == {
        "username": "amina",
        "full_name": "Amina Yusuf",
        "badge": "B-0451",
        "roles": ["operator"],
        "is_active": True,
        "locked_until": None,
        "sites": ["NF"],
    }


def test_the_list_is_filtered_by_site_and_by_who_is_enabled(api, plant):
    Person.objects.filter(username="amina").update(is_active=False)
    assert [p["username"] for p in api.get("/people?is_active=false").json()["results"]] == ["amina"]
    assert "amina" not in str(api.get("/people?is_active=true").json())
    assert api.get("/people?site=SF").json()["results"] == []
    assert api.get("/people?colour=red").status_code == 422


def test_a_qualification_is_granted_renewed_and_withdrawn(api, plant):
    granted = api.post("/people/mei/qualifications", GRANT)
    assert granted.status_code == 201
    assert granted.json() | {"granted_at": ""} == {
        "qualification": "torque",
        "name": "Torque tools",
        "level": 3,
        "standing": "VALID",
        "expires_date": "2099-05-12",
        "evidence": "Course of 12 May",
        "has_certificate": False,
        "granted_at": "",
        "granted_by": "ines",
        "withdrawn_at": None,
        "withdrawn_by": None,
        "withdrawal_reason": "",
    }
    assert api.post("/people/mei/qualifications", GRANT | {"level": 4}).json()["level"] == 4
    withdrawn = api.post("/people/mei/qualifications/torque/withdraw", {"reason": "Left the line"})
    assert (withdrawn.status_code, withdrawn.json()["standing"]) == (200, "WITHDRAWN")
    (told,) = api.get("/people/mei/qualifications").json()
    assert (told["withdrawn_by"], told["withdrawal_reason"]) == ("ines", "Left the line")
    again = api.post("/people/mei/qualifications/torque/withdraw", {"reason": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "QUALIFICATION_WITHDRAWN")


def test_the_same_key_grants_once(api, plant):
    for _ in range(2):
        answer = api.post("/people/mei/qualifications", GRANT, idempotency_key="grant-1")
        assert answer.status_code == 201
    assert answer["Idempotent-Replayed"] == "true"
    assert plant.people["mei"].qualifications.get().history.count() == 1


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"qualification": "juggling"}, "qualification"),
        ({"level": 0}, "level"),
        ({"evidence": ""}, "evidence"),
        ({"expires_date": "2001-01-01"}, "expires_date"),
        ({"expires_date": "soon"}, "expires_date"),
        ({"skill": 1}, "skill"),
    ],
)
def test_a_wrong_grant_names_the_field(api, change, where):
    answer = api.post("/people/mei/qualifications", GRANT | change)
    assert answer.status_code == 422
    assert [error["where"] for error in answer.json()["errors"]] == [where]


def test_oneself_and_people_of_other_sites(api, plant):
    assert api.post("/people/ines/qualifications", GRANT).json()["code"] == "NOT_YOURSELF"
    SiteAccess.objects.filter(person=plant.people["mei"]).update(site=plant.elsewhere)
    for answer in (api.get("/people/mei"), api.post("/people/mei/qualifications", GRANT), api.get("/people/%00")):
        assert answer.status_code == 404


def test_qualifications_are_listed(api):
    assert api.get("/qualifications").json()["results"] == [{"code": "torque", "name": "Torque tools"}]


def test_a_scope_narrows_to_looking(plant):
    looking = api_as(plant, "ines", "people.view")
    assert looking.get("/people/mei/qualifications").status_code == 200
    assert looking.post("/people/mei/qualifications", GRANT).status_code == 403


NADIA = {"username": "nadia", "full_name": "Nadia Petrova", "badge": "B-0777", "roles": ["operator"], "sites": ["NF"]}


def test_an_administrator_makes_disables_and_enables_a_person(plant):
    omar = api_as(plant, "omar")
    made = omar.post("/people", NADIA)
    assert (made.status_code, made.json()) == (201, NADIA | {"is_active": True, "locked_until": None})
    assert not Person.objects.get(username="nadia").has_usable_password()
    off = omar.post("/people/nadia/disable", {"reason": "Left the plant"})
    assert (off.status_code, off.json()["is_active"]) == (200, False)
    assert Person.history.filter(username="nadia").latest().history_change_reason == "Left the plant"
    assert omar.post("/people/nadia/disable", {"reason": "x"}).json()["code"] == "PERSON_DISABLED"
    assert omar.post("/people/nadia/enable", {"reason": "Came back"}).json()["is_active"]
    assert omar.post("/people/omar/disable", {"reason": "x"}).json()["code"] == "NOT_YOURSELF"


@pytest.mark.parametrize(
    ("change", "status", "word"),
    [
        ({"username": "na dia"}, 422, "letters"),
        ({"username": "amina"}, 409, "username amina"),
        ({"badge": "B-0451"}, 409, "badge B-0451"),
        ({"roles": ["boss"]}, 422, "roles"),
        ({"sites": ["SF"]}, 422, "no site SF of yours"),
        ({"sites": []}, 422, "sites"),
        ({"password": "x"}, 422, "password"),
    ],
)
def test_a_new_person_that_is_not_right_is_refused_with_what_is_wrong(plant, change, status, word):
    answer = api_as(plant, "omar").post("/people", NADIA | change)
    assert answer.status_code == status
    assert word in answer.content.decode()
    assert not Person.objects.filter(full_name="Nadia Petrova").exists()


@pytest.mark.parametrize("path", ["/people", "/people/amina/disable", "/people/amina/enable"])
def test_a_supervisor_does_not(api, path):
    assert api.post(path, NADIA if path == "/people" else {"reason": "x"}).status_code == 403


def test_a_person_who_is_locked_is_unlocked(plant):
    Person.objects.filter(username="amina").update(failed_secrets=0, locked_until=plant.at())
    omar = api_as(plant, "omar")
    assert omar.get("/people/amina").json()["locked_until"]
    unlocked = omar.post("/people/amina/unlock", idempotency_key="u-1")
    assert (unlocked.status_code, unlocked.json()["locked_until"]) == (200, None)
    assert api_as(plant, "ines").post("/people/amina/unlock").status_code == 403
    assert omar.post("/people/nobody/unlock").status_code == 404
