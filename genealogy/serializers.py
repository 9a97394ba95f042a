"""The shapes of lots in the API."""

from typing import Any

from rest_framework import serializers

from genealogy.lots import release_content
from genealogy.status import UnitStatus
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from mes.kernel.rest.fields import Input, Number, Text
from mes.kernel.rest.paging import PageQuery


class ReceiveInput(Input):
    """What is received, and what came with it. serial: of a piece; of a lot, or left out for the next number.

    label: the supplier's label as scanned, GS1 or not: it fills in supplier_lot, expires and serial where those are
    left out. A certificate's file is attached on the page.
    """

    site = Text(max_length=20)
    product = Text(max_length=100)
    revision = Text(max_length=20, required=False)
    serial = Text(max_length=60, required=False)
    quantity = Number()
    supplier = Text(max_length=20, required=False)
    supplier_lot = Text(max_length=60, required=False)
    certificate_number = Text(max_length=60, default="", allow_blank=True)
    expires = serializers.DateField(required=False)
    label = serializers.CharField(max_length=200, required=False)


class LotReasonInput(Input):
    """reason: what it rests on."""

    reason = Text(max_length=200)


class ReleaseSignature(Input):
    """A signature of the token's person that means RELEASED. digest: the lot's release_digest, as it was shown."""

    meaning = serializers.ChoiceField(Meaning.choices)
    secret = serializers.CharField(max_length=200, trim_whitespace=False, write_only=True)
    digest = Text(max_length=64)


class ReleaseInput(LotReasonInput):
    """Release a lot from quarantine."""

    signature = ReleaseSignature()


class StageInput(Input):
    """station: the code of the station where it is brought."""

    station = Text(max_length=20)


class UnstageInput(Input):
    """Nothing is asked."""


class LotsQuery(PageQuery):
    """Narrow the list: by product, by the station where it is staged, by status, by the day before which it expires."""

    product = Text(max_length=100, required=False)
    station = Text(max_length=20, required=False)
    status = serializers.ChoiceField(UnitStatus.choices, required=False)
    expires_before = serializers.DateField(required=False)


class LotAnswer(serializers.Serializer):
    """A received unit or lot. Quantities in quantity_unit. release_digest: to be signed while it is in quarantine.

    Of one that was made here and is staged, received_at and received_by say when its order was released, and by whom.
    """

    serial = serializers.CharField()
    site = serializers.CharField(source="site.code")
    product = serializers.CharField(source="product.code")
    revision = serializers.CharField(source="product_revision.code", allow_null=True, default=None)
    status = serializers.ChoiceField(UnitStatus.choices)
    quantity = Number()
    quantity_left = Number()
    quantity_unit = serializers.CharField(source="product.quantity_unit")
    station = serializers.CharField(source="station.code", allow_null=True, default=None)
    expires = serializers.DateField(source="expires_date", allow_null=True)
    supplier = serializers.SerializerMethodField()
    supplier_lot = serializers.SerializerMethodField()
    certificate_number = serializers.SerializerMethodField()
    received_at = serializers.DateTimeField(source="created_at")
    received_by = serializers.CharField(source="created_by.username")
    release_digest = serializers.SerializerMethodField()

    def get_supplier(self, unit: Any) -> str:
        delivery = getattr(unit, "delivery", None)
        return delivery.supplier.code if delivery and delivery.supplier else ""

    def get_supplier_lot(self, unit: Any) -> str:
        return getattr(getattr(unit, "delivery", None), "supplier_lot", "")

    def get_certificate_number(self, unit: Any) -> str:
        return getattr(getattr(unit, "delivery", None), "certificate_number", "")

    def get_release_digest(self, unit: Any) -> str:
        return digest(release_content(unit)) if unit.status == UnitStatus.QUARANTINED else ""


class LoadInput(Input):
    """units: the serials of what is put into the container, or taken out of it."""

    units = serializers.ListField(child=Text(max_length=60), min_length=1, max_length=200)


class MoveInput(Input):
    """station: the code of the station where it is brought; empty: it stands at none."""

    station = Text(max_length=20, allow_blank=True)


class ContainedAnswer(serializers.Serializer):
    """A unit or lot in a container."""

    serial = serializers.CharField()
    product = serializers.CharField(source="product.code")
    quantity_left = Number()
    status = serializers.ChoiceField(UnitStatus.choices)


class ContainerAnswer(serializers.Serializer):
    """A carrier, tray or pallet. station: where it stands."""

    code = serializers.CharField()
    kind = serializers.CharField(allow_blank=True)
    site = serializers.CharField(source="site.code")
    station = serializers.CharField(source="station.code", default=None, allow_null=True)
    is_active = serializers.BooleanField()
    units = ContainedAnswer(many=True, source="inside")
