"""Connections to machines: where they answer, how they are trusted, and who watches them now."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.drivers import DRIVERS, driver
from equipment.drivers.base import InvalidAddress, ValueType
from equipment.models.hierarchy import Site, SiteAccess
from equipment.status import ByteOrder, ConnectionKind, LinkState, SecurityMode, SecurityPolicy
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Role
from mes.kernel.records import History, Record, person_field
from mes.kernel.sealing import SealedField
from mes.kernel.words import told

_NAMED = 5  # tags in a sentence


class SecurityProfile(Record):
    """How we are trusted by OPC UA servers, and whom we trust.

    certificate, trusted: PEM, the latter one or more (a server's own, or that of the authority that issued it), and the
    authorities' revocation lists, if there are any.
    private_key and password are sealed (`mes.kernel.sealing`), and neither shown nor kept in the history.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    policy = models.CharField(max_length=24, choices=SecurityPolicy, default=SecurityPolicy.BASIC256SHA256)
    mode = models.CharField(max_length=16, choices=SecurityMode, default=SecurityMode.SIGN_AND_ENCRYPT)
    certificate = models.TextField(blank=True)
    private_key = SealedField()
    trusted = models.TextField(blank=True)
    user_name = models.CharField(max_length=80, blank=True)
    password = SealedField()

    history = History(excluded_fields=["private_key", "password"])

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="security_profile_once",
                violation_error_message=lazy("The site has a security profile of this code already."),
            ),
            models.CheckConstraint(
                condition=Q(policy="None", mode="None") | ~(Q(policy="None") | Q(mode="None")),
                name="security_policy_and_mode",
                violation_error_message=lazy("A policy needs a mode other than None, and None needs None."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Connection(Record):
    """A way to a PLC or an OPC UA server; several stations may be behind one.

    address: `host:port`, or an `opc.tcp://` URL. Times in ms. largest_gap, largest_span: registers that one request
    may read in vain, and altogether. device_id: of tags whose address names none, behind a gateway. pause_ms: from an
    answer to the next request. byte_order: of tags that name none. clock_limit_s: by how much its clock may be
    off before its times count for nothing. account: who books what its machines did, a person of the role Integration
    with access to the site; None: nothing is booked. A change of it, of its tags or profile is seen by the collector,
    which connects anew.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="connections")
    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=ConnectionKind)
    address = models.CharField(max_length=200)
    device_id = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(255)])
    period_ms = models.PositiveIntegerField(
        lazy("period, ms"), default=1000, validators=[MinValueValidator(20), MaxValueValidator(3_600_000)]
    )
    timeout_ms = models.PositiveIntegerField(
        lazy("time-out, ms"), default=1000, validators=[MinValueValidator(50), MaxValueValidator(30_000)]
    )
    largest_gap = models.PositiveSmallIntegerField(default=16, validators=[MaxValueValidator(124)])
    largest_span = models.PositiveSmallIntegerField(
        default=125, validators=[MinValueValidator(1), MaxValueValidator(125)]
    )
    pause_ms = models.PositiveIntegerField(
        lazy("pause between requests, ms"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(10_000)],
        help_text=lazy("For a device or gateway that needs one before each further request."),
    )
    byte_order = models.CharField(max_length=4, choices=ByteOrder, default=ByteOrder.ABCD)
    clock_limit_s = models.PositiveIntegerField(lazy("clock limit, s"), default=60)
    security = models.ForeignKey(
        SecurityProfile, on_delete=models.PROTECT, null=True, blank=True, related_name="connections"
    )
    account = person_field(
        null=True, blank=True, help_text=lazy("Who books what its machines did; empty: nothing is booked.")
    )
    is_paused = models.BooleanField(default=False)

    history = History()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="connection_code_once",
                violation_error_message=lazy("The site has a connection of this code already."),
            ),
            # The target of the composite foreign keys that keep tags at their connection's site.
            models.UniqueConstraint(fields=["id", "site"], name="connection_at_site"),
            models.CheckConstraint(
                condition=Q(security__isnull=True) | Q(kind=ConnectionKind.OPCUA),
                name="connection_security_of_opcua",
                violation_error_message=lazy("Modbus TCP knows no security profile; leave it empty."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def clean(self) -> None:
        if self.kind in DRIVERS:
            self.check_address()
            self._check_kind_of_tags()
        if self.security is not None and self.security.site_id != self.site_id:
            raise ValidationError({"security": _("The security profile belongs to another site.")})
        if self.account is not None and not self._may_book(self.account):
            raise ValidationError(
                {
                    "account": _(
                        "{person} can't book here: it takes the role Integration, and access to the site."
                    ).format(person=self.account)
                }
            )

    def check_address(self) -> None:
        """Raises ValidationError where no machine of its kind can be there."""
        try:
            driver(self.kind).check_endpoint(self.address)
        except InvalidAddress as refused:
            raise ValidationError({"address": told(str(refused))}) from refused

    def _check_kind_of_tags(self) -> None:
        """Of another kind, its tags would be addresses of nothing."""
        wrong = []
        for tag in self.tags.filter(is_active=True) if not self._state.adding else ():
            try:
                driver(self.kind).check_address(tag.address, ValueType(tag.value_type))
            except InvalidAddress:
                wrong.append(tag.code)
        if wrong:
            sentence = _(
                "{count} of its tags have addresses of another kind: {tags}. Take them out of use first, or make "
                "another connection."
            )
            named = ", ".join(wrong[:_NAMED]) + (" …" if len(wrong) > _NAMED else "")
            raise ValidationError({"kind": sentence.format(count=len(wrong), tags=named)})

    def _may_book(self, person: Person) -> bool:
        return (
            person.is_active
            and Role.INTEGRATION in person.roles
            and SiteAccess.objects.filter(person=person, site=self.site_id).exists()
        )


class ConnectionLease(models.Model):
    """Who watches a connection, until when, and how it goes. Not a record: it tells of now.

    One row a connection, made by trigger. epoch: grows with each owner; what an earlier one still wants to write is
    refused. batch: number of the last flush of this epoch that was committed. version: of the configuration that the
    owner follows. Only collectors write it, so none waits for who edits. Counts are since the owner began; dropped:
    samples that were thinned out of a full spool.
    """

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, primary_key=True, related_name="lease")
    owner = models.CharField(max_length=120, blank=True)
    epoch = models.BigIntegerField(default=0, db_default=0)
    batch = models.BigIntegerField(default=0, db_default=0)
    claimed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    version = models.BigIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=10, choices=LinkState, default=LinkState.WAITING, db_default=LinkState.WAITING)
    state_since = models.DateTimeField(null=True)
    detail = models.CharField(max_length=300, blank=True, db_default="")
    connects = models.BigIntegerField(default=0, db_default=0)
    requests = models.BigIntegerField(default=0, db_default=0)
    missed_slots = models.BigIntegerField(default=0, db_default=0)
    errors = models.BigIntegerField(default=0, db_default=0)
    samples = models.BigIntegerField(default=0, db_default=0)
    dropped = models.BigIntegerField(default=0, db_default=0)
    slowest_answer_ms = models.IntegerField(default=0, db_default=0)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="lease_expires")]

    def __str__(self) -> str:
        return f"{self.connection_id}: {self.owner or '—'}, {self.epoch}"


class ConfigurationVersion(models.Model):
    """How often what is configured of a connection was changed: itself, its tags, states or security profile.

    One row a connection, made and counted by trigger. Apart from the lease, since whoever edits keeps it locked.
    """

    connection = models.OneToOneField(
        Connection, on_delete=models.CASCADE, primary_key=True, related_name="configuration_version"
    )
    number = models.BigIntegerField(default=1, db_default=1)

    def __str__(self) -> str:
        return f"{self.connection_id}: {self.number}"
