"""Connections, tags and what tells states in the administration pages."""

import ssl

import pytest
from cryptography import x509
from django.contrib.messages import get_messages
from django.urls import reverse

from equipment.drivers.base import Security
from equipment.drivers.opcua.certificates import make_certificate, own_certificate
from equipment.drivers.opcua.trust import fingerprint
from equipment.models import Connection, SecurityProfile, StateCondition, StateTerm, Tag
from mes.kernel.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
KEY = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n"


def post(client, plant, who, page, /, *args, **fields):
    client.force_login(plant.people[who])
    return client.post(reverse(f"admin:equipment_{page}", args=args), {"reason": "CAPA-7"} | fields)


def open_as(client, plant, who, page, *args, **query):
    client.force_login(plant.people[who])
    return client.get(reverse(f"admin:equipment_{page}", args=args, query=query))


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def form_of(client, plant, page, *args) -> dict[str, str]:
    """What a form would send if nobody touched it."""
    form = open_as(client, plant, "hiroshi", page, *args).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    return {name: str(value) for name, value in sent.items() if value is not None and value is not False} | {
        "reason": "CAPA-7"
    }


def profile_of(client, plant, **more) -> SecurityProfile:
    content = form_of(client, plant, "securityprofile_add")
    content |= {"site": plant.site.pk, "code": "SERVERS", "name": "OPC UA servers"} | more
    answer = post(client, plant, "hiroshi", "securityprofile_add", **content)
    assert answer.status_code == 302, answer.context["errors"]
    return SecurityProfile.objects.get(code="SERVERS")


def connection_of(client, plant, **more) -> Connection:
    content = form_of(client, plant, "connection_add")
    content |= {"site": plant.site.pk, "code": "PLC-7", "name": "Press", "kind": "MODBUS", "address": "plc-7:502"}
    answer = post(client, plant, "hiroshi", "connection_add", **content | more)
    assert answer.status_code == 302, answer.context["errors"]
    return Connection.objects.get(code="PLC-7")


def tag_of(client, plant, connection, **more):
    content = form_of(client, plant, "tag_add")
    content |= {"site": plant.site.pk, "connection": connection.pk, "code": "STATE", "address": "holding:10"}
    content |= {"value_type": "UINT16", "is_active": "on"} | more
    return post(client, plant, "hiroshi", "tag_add", **content)


def state_tag(client, plant) -> Tag:
    station = plant.site.stations.order_by("code").first()
    answer = tag_of(client, plant, connection_of(client, plant), station=station.pk)
    assert answer.status_code == 302, answer.context["errors"]
    return Tag.objects.get(code="STATE")


def test_an_engineer_makes_a_connection_with_a_reason_and_a_history(client, plant):
    made = connection_of(client, plant)
    assert made.history.get().history_change_reason == "CAPA-7"
    content = form_of(client, plant, "connection_change", made.pk) | {"period_ms": "500", "reason": "Slower"}
    assert post(client, plant, "hiroshi", "connection_change", made.pk, **content).status_code == 302
    made.refresh_from_db()
    assert (made.period_ms, made.history.first().history_change_reason) == (500, "Slower")


def test_only_who_connects_machines_changes_them_and_others_look(client, plant):
    made = connection_of(client, plant)
    assert post(client, plant, "mei", "connection_change", made.pk, name="Mine").status_code == 403
    page = open_as(client, plant, "ruth", "connection_change", made.pk)
    assert b'name="_save"' not in page.content


def test_secrets_are_written_and_never_shown(client, plant):
    profile = profile_of(client, plant, user_name="mes", password="hunter2", private_key=KEY)
    page = open_as(client, plant, "hiroshi", "securityprofile_change", profile.pk).content.decode()
    assert "hunter2" not in page
    assert "PRIVATE KEY" not in page
    assert profile.password.sealed not in page
    content = form_of(client, plant, "securityprofile_change", profile.pk) | {"name": "Renamed"}
    assert post(client, plant, "hiroshi", "securityprofile_change", profile.pk, **content).status_code == 302
    profile.refresh_from_db()
    assert (profile.name, profile.password.reveal(), profile.private_key.reveal()) == ("Renamed", "hunter2", KEY)
    for who in ("ruth", "hiroshi"):
        page = open_as(client, plant, who, "securityprofile_change", profile.pk).content.decode()
        assert profile.private_key.sealed not in page


def test_a_secret_is_forgotten_with_a_reason_and_a_history(client, plant):
    profile = profile_of(client, plant, user_name="mes", password="hunter2", private_key=KEY)
    first = form_of(client, plant, "securityprofile_change", profile.pk)
    assert b"Forget the password" not in open_as(client, plant, "hiroshi", "securityprofile_add").content
    assert b"Forget the password" not in open_as(client, plant, "ruth", "securityprofile_change", profile.pk).content
    both = first | {"forget_password": "on", "password": "hunter3"}
    answer = post(client, plant, "hiroshi", "securityprofile_change", profile.pk, **both)
    assert answer.context["adminform"].form.errors["forget_password"] == [
        "There is a new one above: give it, or forget the stored one."
    ]
    given = first | {"forget_password": "on", "reason": "The server has no users now"}
    assert post(client, plant, "hiroshi", "securityprofile_change", profile.pk, **given).status_code == 302
    profile.refresh_from_db()
    assert (profile.password.reveal(), profile.private_key.reveal()) == ("", KEY)
    assert profile.history.first().history_change_reason == "The server has no users now"
    event = AuditEvent.objects.filter(table_name="equipment_securityprofile").latest("sequence")
    assert (event.reason, event.person) == ("The server has no users now", str(plant.people["hiroshi"].pk))
    page = open_as(client, plant, "hiroshi", "securityprofile_change", profile.pk).content.decode()
    assert "Forget the password" not in page
    assert "The password of mes is not here" in page
    assert "Forget the private key" in page
    given = form_of(client, plant, "securityprofile_change", profile.pk) | {"forget_private_key": "on"}
    post(client, plant, "hiroshi", "securityprofile_change", profile.pk, **given)
    profile.refresh_from_db()
    assert not profile.private_key


def test_what_is_trusted_can_be_read(client, plant):
    made = make_certificate(name="Press 7", application_uri="urn:press")
    pem = ssl.DER_cert_to_PEM_cert(made.certificate)
    profile = profile_of(client, plant, trusted=f"Press 7, from its own screen\n{pem}")
    page = open_as(client, plant, "ruth", "securityprofile_change", profile.pk).content.decode()
    shown = fingerprint(x509.load_der_x509_certificate(made.certificate))
    assert "Press 7</th>" in page
    assert shown in page


def test_a_button_makes_a_certificate_of_its_own(client, plant):
    profile = profile_of(client, plant)
    answer = post(client, plant, "hiroshi", "securityprofile_certificate", profile.pk)
    assert "new certificate" in said(answer)[-1]
    profile.refresh_from_db()
    der = ssl.PEM_cert_to_DER_cert(profile.certificate)
    own, key = own_certificate(Security(certificate=der, private_key=profile.private_key.reveal().encode()))
    assert own.public_key() == key.public_key()
    assert "needs the permission" in said(post(client, plant, "mei", "securityprofile_certificate", profile.pk))[-1]


def test_an_address_that_is_none_is_named_in_the_form(client, plant):
    answer = tag_of(client, plant, connection_of(client, plant), address="40101")
    assert answer.status_code == 200
    assert "address" in answer.context["adminform"].form.errors


def errors_of(answer) -> dict[str, list[str]]:
    assert answer.status_code == 200, "it was taken"
    return answer.context["adminform"].form.errors


def changed(client, plant, page, record, **more):
    content = form_of(client, plant, page, record.pk) | more
    return post(client, plant, "hiroshi", page, record.pk, **{name: v for name, v in content.items() if v is not None})


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("MODBUS", "nonsense"),
        ("MODBUS", ":502"),
        ("MODBUS", "http://169.254.169.254/"),
        ("MODBUS", "10.0.0.1:99999"),
        ("OPCUA", "press:4840"),
        ("OPCUA", "opc.tcp://press:99999/"),
        ("OPCUA", "opc.tcp://mes:hunter2@press:4840/"),
    ],
)
def test_an_address_where_no_machine_can_be_is_named_in_the_form(client, plant, kind, address):
    errors = errors_of(
        changed(client, plant, "connection_change", connection_of(client, plant), kind=kind, address=address)
    )
    assert list(errors) == ["address"]
    assert Connection.objects.get().address == "plc-7:502"


def test_a_connection_keeps_its_kind_while_tags_of_that_kind_are_in_use(client, plant):
    tag = state_tag(client, plant)
    to = {"kind": "OPCUA", "address": "opc.tcp://press:4840/"}
    (sentence,) = errors_of(changed(client, plant, "connection_change", tag.connection, **to))["kind"]
    assert "1 of its tags have addresses of another kind: STATE." in sentence
    assert changed(client, plant, "tag_change", tag, is_active=None).status_code == 302
    assert changed(client, plant, "connection_change", tag.connection, **to).status_code == 302


def test_a_lower_bound_above_the_upper_one_is_refused(client, plant):
    answer = tag_of(client, plant, connection_of(client, plant), is_writable="on", write_low="9", write_high="1")
    assert errors_of(answer)["__all__"] == ["The lower bound of what may be written is above the upper one."]


def test_a_tag_that_tells_a_state_stays_in_use_and_at_its_station_until_no_condition_asks_for_it(client, plant):
    tag = state_tag(client, plant)
    post(client, plant, "hiroshi", "tag_changelist", action="begin_machinery", _selected_action=str(tag.pk))
    other = plant.site.stations.exclude(pk=tag.station_id).order_by("code").first()
    gone = errors_of(changed(client, plant, "tag_change", tag, is_active=None))["is_active"]
    assert gone == [
        f"STATE tells the state of {tag.station.code}, and can't be taken out of use."
        " Take it out of the state conditions first."
    ]
    moved = errors_of(changed(client, plant, "tag_change", tag, station=str(other.pk)))["station"]
    assert "can't move away from there" in moved[0]
    assert changed(client, plant, "tag_change", tag, name="State").status_code == 302
    keys = [str(one.pk) for one in StateCondition.objects.all()]
    post(client, plant, "hiroshi", "statecondition_changelist", action="remove", _selected_action=keys)
    assert changed(client, plant, "tag_change", tag, station=str(other.pk)).status_code == 302


def test_two_counters_of_a_station_do_not_book_by_one_register(client, plant):
    connection = connection_of(client, plant)
    station, other = plant.site.stations.order_by("code")[:2]
    counts = {"role": "COUNTER", "books": "PART_DONE", "station": station.pk, "value_type": "UINT32"}
    assert tag_of(client, plant, connection, **counts).status_code == 302
    half = counts | {"code": "HALF", "address": "holding:11", "value_type": "UINT16"}
    (sentence,) = errors_of(tag_of(client, plant, connection, **half))["books"]
    assert sentence.startswith("HALF counts by the same register as STATE: each part would be booked twice.")
    assert tag_of(client, plant, connection, **half | {"books": "NOTHING"}).status_code == 302
    assert tag_of(client, plant, connection, **half | {"code": "THERE", "station": other.pk}).status_code == 302
    assert tag_of(client, plant, connection, **half | {"code": "NEXT", "address": "holding:12"}).status_code == 302


def test_a_rollover_that_its_type_has_not_and_a_reset_limit_above_it_are_named_in_the_form(client, plant):
    connection = connection_of(client, plant)
    for given, what in (
        ({"value_type": "UINT16", "rollover": 2**32}, "It can&#x27;t roll over beyond its type"),
        ({"value_type": "UINT16", "rollover": 2**16, "reset_below": 2**16}, "The reset limit has to be below"),
    ):
        refused = tag_of(client, plant, connection, role="COUNTER", **given)
        assert refused.status_code == 200
        assert what in refused.content.decode()


def test_a_preset_gives_a_station_its_states(client, plant):
    tag = state_tag(client, plant)
    answer = post(client, plant, "hiroshi", "tag_changelist", action="begin_packml", _selected_action=str(tag.pk))
    assert "has its states" in said(answer)[-1]
    assert StateCondition.objects.filter(station=tag.station).count() == 17
    running = StateTerm.objects.get(condition__detail="Execute")
    assert (running.condition.state, str(running)) == ("RUNNING", "STATE = 6")
    answer = post(client, plant, "hiroshi", "tag_changelist", action="begin_machinery", _selected_action=str(tag.pk))
    assert "already" in said(answer)[-1]


def test_a_condition_is_written_with_its_terms_and_removed_with_a_reason(client, plant):
    tag = state_tag(client, plant)
    content = {"site": plant.site.pk, "station": tag.station_id, "connection": tag.connection_id, "rank": "1"}
    content |= {"state": "RUNNING", "terms-TOTAL_FORMS": "1", "terms-INITIAL_FORMS": "0", "terms-0-tag": tag.pk}
    answer = post(
        client, plant, "hiroshi", "statecondition_add", **content, **{"terms-0-comparison": "GE", "terms-0-value": "3"}
    )
    assert answer.status_code == 302, answer.context["errors"]
    made = StateCondition.objects.get()
    assert b"STATE \xe2\x89\xa5 3" in open_as(client, plant, "hiroshi", "statecondition_changelist").content
    post(client, plant, "hiroshi", "statecondition_changelist", action="remove", _selected_action=str(made.pk))
    assert not StateCondition.objects.exists()
    assert StateCondition.history.first().history_type == "-"


def test_others_sites_are_not_chosen_from(client, plant):
    page = open_as(client, plant, "hiroshi", "connection_add")
    assert set(page.context["adminform"].form.fields["site"].queryset) == {plant.site}


@pytest.mark.parametrize("page", ["machineevent", "eventbooking", "machinecommand", "quarantinedrow"])
def test_what_machines_did_is_read_and_not_written(client, plant, page):
    assert open_as(client, plant, "hiroshi", f"{page}_changelist").status_code == 200
    assert post(client, plant, "hiroshi", f"{page}_add").status_code == 403


def test_a_tag_has_its_defect_and_what_its_numbers_mean_and_is_told_what_is_no_such_table(client, plant):
    connection, station = connection_of(client, plant), plant.site.stations.order_by("code").first()
    scrap = {"code": "SCRAP", "station": station.pk, "role": "EVENT", "acknowledge_address": "holding:20"}
    refused = tag_of(client, plant, connection, **scrap, books="PART_STARTED", defect="M-LEAK")
    assert "A defect is named by what books scrap" in str(refused.context["errors"])
    answer = tag_of(client, plant, connection, **scrap, books="PART_SCRAPPED", defect="M-LEAK")
    assert answer.status_code == 302, answer.context["errors"]
    made = Tag.objects.get(code="SCRAP")
    found = {"code": "FOUND", "event": made.pk, "field": "defect"}
    refused = tag_of(client, plant, connection, **found, defect_codes="1 M-LEAK")
    assert "“1 M-LEAK” names no defect" in str(refused.context["errors"])
    assert tag_of(client, plant, connection, **found, defect_codes="1=M-LEAK").status_code == 302
    assert (made.defect, made.fields.get().defect_codes) == ("M-LEAK", "1=M-LEAK")
