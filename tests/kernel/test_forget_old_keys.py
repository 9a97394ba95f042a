from datetime import timedelta

import pytest
from django.utils import timezone

from mes.kernel.door import open_door
from mes.kernel.idempotency.models import IdempotencyKey
from mes.kernel.idempotency.tasks import KEPT, forget_old_keys

pytestmark = pytest.mark.django_db


def test_keys_older_than_a_month_are_forgotten_and_a_second_run_changes_nothing():
    now = timezone.now()
    with open_door(person=None, at=now - KEPT - timedelta(hours=1), key="old", asked="a"):
        pass
    with open_door(person=None, at=now, key="new", asked="a"):
        pass
    assert forget_old_keys() == 1
    assert forget_old_keys() == 0
    assert IdempotencyKey.objects.get().key == "new"
