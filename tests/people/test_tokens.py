"""Bearer tokens: shown once, stored as a hash, narrowed to their scopes and sites, dead with their person."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from mes.kernel.personnel.models import ApiToken, Person
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.people.actions.tokens import TokenRevoked, create_token, revoke_token
from tests.plant import NOW

pytestmark = pytest.mark.django_db


def token_of(plant, *scopes: str) -> str:
    with plant.door("omar") as passage:
        return create_token(
            person=plant.people["erp"], scopes=list(scopes), name="ERP", by=passage.person, at=passage.at
        )


def status_with(token: str) -> int:
    return Client().get("/api/v1/work-orders", headers={"authorization": f"Bearer {token}"}).status_code


def test_a_token_opens_the_api_for_its_person(plant):
    token = token_of(plant)
    assert token.startswith("pw_")
    assert status_with(token) == 200
    assert ApiToken.objects.get().created_by == plant.people["omar"]


def test_a_token_is_narrowed_to_its_scopes(plant):
    assert status_with(token_of(plant, "units.view")) == 403
    assert status_with(token_of(plant, "orders.view")) == 200


def test_scopes_never_widen_what_the_person_may(plant):
    plant.people["erp"].roles = ["operator"]
    with plant.door("omar"):
        plant.people["erp"].save()
    token = token_of(plant, "orders.import")
    answer = Client().post(
        "/api/v1/work-orders", "[]", content_type="application/json", headers={"authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 403


def test_unknown_revoked_and_disabled_are_refused(plant):
    token = token_of(plant)
    assert status_with("pw_unknown") == 401
    with plant.door("omar") as passage:
        ApiToken.objects.update(revoked_at=NOW, revoked_by=passage.person)
    assert status_with(token) == 401
    other = token_of(plant)
    with plant.door("omar"):
        Person.objects.filter(username="erp").update(is_active=False)
    assert status_with(other) == 401


def test_an_unknown_scope_is_refused_by_name(plant):
    with pytest.raises(InvalidInput, match=r"orders\.destroy"):
        token_of(plant, "orders.view", "orders.destroy")
    assert not ApiToken.objects.exists()


def test_the_command_refuses_unknown_people_and_scopes(plant):
    with pytest.raises(CommandError, match="nobody"):
        call_command("create_api_token", "nobody")
    with pytest.raises(CommandError, match="Unknown scopes: x"):
        call_command("create_api_token", "erp", "--scopes", "x")


def test_tokens_are_made_and_revoked_by_those_who_keep_the_people(plant):
    with pytest.raises(RoleMissing), plant.door("ines") as passage:
        create_token(person=plant.people["erp"], scopes=[], name="", by=passage.person, at=passage.at)
    token_of(plant)
    with pytest.raises(RoleMissing), plant.door("ines") as passage:
        revoke_token(token=ApiToken.objects.get(), by=passage.person, at=passage.at)


def test_a_token_is_revoked_once(plant):
    token, stored = token_of(plant), ApiToken.objects.get()
    with plant.door("omar") as passage:
        revoke_token(token=stored, by=passage.person, at=passage.at)
    assert status_with(token) == 401
    with pytest.raises(TokenRevoked), plant.door("omar") as passage:
        revoke_token(token=stored, by=passage.person, at=passage.at)


def test_a_token_is_narrowed_to_sites_of_its_person_alone(plant):
    asked = {"person": plant.people["erp"], "name": "ERP", "by": None, "at": NOW}
    for sites, named in [(["SF"], "SF"), (["NF", "SF"], "SF"), (["NOWHERE"], "NOWHERE")]:
        with pytest.raises(InvalidInput, match=f"no access to these sites: {named}"), plant.door("omar"):
            create_token(sites=sites, **asked)
    assert not ApiToken.objects.exists()
    with plant.door("omar"):
        create_token(sites=["NF", "NF"], **asked)
    assert ApiToken.objects.get().sites == [plant.site.pk]


def test_the_command_narrows_to_scopes_and_sites(plant):
    out = io.StringIO()
    call_command("create_api_token", "erp", "--scopes", "orders.view,units.view", "--sites", "NF", stdout=out)
    token = ApiToken.objects.get()
    assert (token.scopes, token.sites) == (["orders.view", "units.view"], [plant.site.pk])
    assert status_with(out.getvalue().strip()) == 200
    with pytest.raises(CommandError, match="no access to these sites: SF"):
        call_command("create_api_token", "erp", "--sites", "NF,SF")


def test_the_administration_and_the_first_page_name_a_tokens_sites(plant, client):
    with plant.door("omar"):
        for name, sites in (("narrow", ["NF"]), ("wide", [])):
            create_token(person=plant.people["erp"], sites=sites, name=name, by=None, at=NOW)
    client.force_login(plant.people["omar"])
    listed = client.get("/admin/personnel/apitoken/").content.decode()
    assert re.findall(r'field-site_names">([^<]*)<', listed).count("Northfield") == 1
    assert "all its person&#x27;s" in listed
    one = client.get(f"/admin/personnel/apitoken/{ApiToken.objects.get(name='narrow').pk}/change/")
    assert "Northfield" in one.content.decode()
    client.force_login(plant.people["erp"])
    assert "at Northfield" in client.get("/").content.decode()
