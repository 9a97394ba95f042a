"""Secrets of machines: sealed in the database, shown nowhere, opened only by the key they were sealed under."""

import pytest
from django.contrib import admin
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.forms.models import modelform_factory
from django.template import Context, Template
from django.test.utils import isolate_apps

from mes.kernel.audit.actions.seals import reseal
from mes.kernel.records import History, Record
from mes.kernel.sealing import SealBroken, SealedField, Secret

PLAIN = "s3cret-of-the-press ✓"


@pytest.fixture
def profile(db) -> type[models.Model]:
    """A model with a sealed field, its table there for as long as the test."""
    with isolate_apps("mes.kernel.audit"):

        class Profile(Record):
            name = models.CharField(max_length=40)
            password = SealedField()

            class Meta:
                app_label = "audit"

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {Profile._meta.db_table} (id uuid, name text, password text)")
    return Profile


def stored(model: type[models.Model]) -> str:
    with connection.cursor() as cursor:
        return cursor.execute(f"SELECT password FROM {model._meta.db_table}").fetchone()[0]


def test_a_secret_opens_again_and_shows_itself_nowhere():
    secret = Secret.of(PLAIN)
    assert secret.reveal() == PLAIN
    shown = f"{secret} {secret!r} {[secret]} {Template('{{ it }}').render(Context({'it': secret}))}"
    assert PLAIN not in shown
    assert secret.sealed not in shown


def test_no_secret_is_falsy_and_stored_as_nothing():
    assert not Secret.of("")
    assert Secret.of("").sealed == Secret.of("").reveal() == ""


def test_the_same_secret_is_sealed_differently_each_time():
    assert Secret.of(PLAIN) != Secret.of(PLAIN)


def test_the_database_holds_the_sealed_text_and_the_record_opens_it(profile):
    profile(name="press", password=PLAIN).save()
    assert PLAIN not in stored(profile)
    found = profile.objects.get()
    assert found.password.reveal() == PLAIN
    assert PLAIN not in repr(vars(found))
    assert profile.objects.defer("password").get().password.reveal() == PLAIN


def test_saving_a_record_again_does_not_write_its_secret_anew(profile):
    profile(name="press", password=PLAIN).save()
    before = stored(profile)
    found = profile.objects.get()
    found.full_clean()
    found.save(force_update=True)
    assert stored(profile) == before


def test_a_list_of_records_needs_no_key(profile, settings):
    profile(name="press", password=PLAIN).save()
    settings.SECRET_KEY = "another key altogether, and long enough"
    assert [found.name for found in profile.objects.all()] == ["press"]


@pytest.mark.parametrize("given", ["", "a new one"])
def test_a_form_shows_nothing_and_keeps_the_secret_when_left_empty(profile, given):
    profile(name="press", password=PLAIN).save()
    found = profile.objects.get()
    form_class = modelform_factory(profile, fields=["name", "password"])
    page = form_class(instance=found).as_p()
    assert PLAIN not in page
    assert found.password.sealed not in page
    assert "Leave empty to keep" in page
    form = form_class({"name": "press 2", "password": given}, instance=found)
    assert form.is_valid()
    assert ("password" in form.changed_data) == bool(given)
    assert form.save(commit=False).password.reveal() == (given or PLAIN)


def test_the_administration_pages_show_nothing_to_who_may_only_look(profile):
    record = profile(name="press", password=PLAIN)
    field, _, value = admin.utils.lookup_field("password", record)
    shown = admin.utils.display_for_field(value, field, "-")
    assert shown == "(set)"
    widget = admin.ModelAdmin(profile, admin.site).formfield_for_dbfield(field, request=None).widget
    assert widget.input_type == "password"


def test_what_is_dumped_is_sealed(profile):
    assert PLAIN not in serializers.serialize("json", [profile(name="press", password=PLAIN)])


def test_history_leaves_secrets_out(profile):
    assert [field.name for field in History().fields_included(profile)] == ["id", "name"]


def test_another_key_is_refused_with_what_to_do(settings):
    secret = Secret.of(PLAIN)
    settings.SECRET_KEY = "another key altogether, and long enough"
    with pytest.raises(SealBroken) as refused:
        secret.reveal()
    assert "SECRET_KEY_FALLBACKS" in refused.value.do


def test_an_altered_secret_is_refused():
    with pytest.raises(SealBroken):
        Secret(Secret.of(PLAIN).sealed[:-4] + "AAA=").reveal()


def test_after_a_change_of_key_secrets_open_by_the_former_one_and_are_sealed_anew(profile, settings):
    profile(name="press", password=PLAIN).save()
    profile(name="no password").save()
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key altogether, and long enough"
    settings.SECRET_KEY_FALLBACKS = [former]
    assert profile.objects.get(name="press").password.reveal() == PLAIN
    assert reseal(of=[profile]) == 1
    settings.SECRET_KEY_FALLBACKS = []
    assert profile.objects.get(name="press").password.reveal() == PLAIN


def test_sealing_anew_without_the_former_key_changes_nothing(profile, settings):
    profile(name="press", password=PLAIN).save()
    before, settings.SECRET_KEY = stored(profile), "another key altogether, and long enough"
    with pytest.raises(SealBroken):
        reseal(of=[profile])
    assert stored(profile) == before


def test_the_command_says_how_many(db, capsys):
    call_command("reseal_secrets")
    assert "secrets are sealed under the present SECRET_KEY" in capsys.readouterr().out


def test_the_command_says_what_is_in_the_way(profile, settings, monkeypatch):
    profile(name="press", password=PLAIN).save()
    monkeypatch.setattr("django.apps.apps.get_models", lambda: [profile])
    settings.SECRET_KEY = "another key altogether, and long enough"
    with pytest.raises(CommandError, match="can't be opened"):
        call_command("reseal_secrets")
