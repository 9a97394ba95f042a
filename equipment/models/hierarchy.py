"""The role-based equipment hierarchy (ISA-95): enterprise, site, area, work center, station."""

import zoneinfo
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.status import DispatchRule, Interlock, MachineNeed
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record, person_field


def check_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("{name} is not a time zone of the IANA database, such as Europe/Vienna.").format(name=name)
        )


class Enterprise(Record):
    """Who the plants belong to (ISA-95: enterprise)."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)

    history = History()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Site(Record):
    """A plant (ISA-95: site). Times are shown in its zone; a person sees the sites of their SiteAccess."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="sites")
    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=40, default="UTC", validators=[check_time_zone])

    history = History()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def local(self, moment: datetime) -> datetime:
        """The moment in the site's zone."""
        return moment.astimezone(self.zone)


class SiteAccess(Record):
    """A person works at, or may see, a site."""

    person = person_field(related_name="site_access")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="people")

    history = History()

    class Meta:
        verbose_name_plural = lazy("site access")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "site"],
                name="site_access_once",
                violation_error_message=lazy("This person has access to this site already."),
            )
        ]

    def __str__(self) -> str:
        return _("{person} at {site}").format(person=self.person, site=self.site)


class Area(Record):
    """A part of a site (ISA-95: area): assembly, machining. Reasons may be its own."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="areas")
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=80)

    history = History()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="area_code_once",
                violation_error_message=lazy("The site has an area of this code already."),
            ),
            # The target of composite foreign keys that keep an area's work centers and reasons at its site.
            models.UniqueConstraint(fields=["id", "site"], name="area_at_site"),
        ]

    def __str__(self) -> str:
        return self.name


class WorkCenter(Record):
    """A line or cell (ISA-95: work center).

    calendar: when it works; without one, nobody knows. dispatch_rule: by what the queues of its stations are ranked.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="work_centers")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="work_centers")
    calendar = models.ForeignKey(
        "equipment.Calendar", on_delete=models.PROTECT, null=True, blank=True, related_name="work_centers"
    )
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=80)
    dispatch_rule = models.CharField(max_length=12, choices=DispatchRule, default=DispatchRule.PRIORITY)

    history = History()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="work_center_code_once",
                violation_error_message=lazy("The site has a work center of this code already."),
            ),
            # The target of the composite foreign key that keeps a station at its work center's site.
            models.UniqueConstraint(fields=["id", "site"], name="work_center_at_site"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.area is not None and self.area.site_id != self.site_id:
            raise ValidationError({"area": _("The area belongs to another site.")})
        if self.calendar is not None and self.calendar.site_id != self.site_id:
            raise ValidationError({"calendar": _("The calendar belongs to another site.")})


class StationClass(Record):
    """What kind of station an operation needs; which one is picked on the floor (ISA-95: equipment class)."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)

    history = History()

    class Meta:
        verbose_name_plural = lazy("station classes")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Station(Record):
    """A place where operations are done (ISA-95: work unit). The operator's page is the station page.

    idle_lock_s: seconds without an act after which the station asks the active person for the PIN again. dispatch_rule:
    its own, empty where it ranks as its work center does. machine_need: what its machine has to be for work to begin;
    empty: nobody asks. interlock: what is written to its machine before; permission_tag: code of the tag at the station
    that lets the machine run, 1 or 0.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="stations")
    work_center = models.ForeignKey(WorkCenter, on_delete=models.PROTECT, related_name="stations")
    station_class = models.ForeignKey(StationClass, on_delete=models.PROTECT, related_name="stations")
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    idle_lock_s = models.PositiveIntegerField(lazy("idle lock, s"), default=600, validators=[MinValueValidator(30)])
    dispatch_rule = models.CharField(
        max_length=12,
        choices=DispatchRule,
        blank=True,
        help_text=lazy("By what its queue is ranked; empty: as its work center's."),
    )
    machine_need = models.CharField(
        lazy("machine has to be"),
        max_length=8,
        choices=MachineNeed,
        blank=True,
        help_text=lazy("For an operation to start; empty: nobody asks. Not known is no."),
    )
    interlock = models.CharField(
        max_length=10,
        choices=Interlock,
        blank=True,
        help_text=lazy("What is written to its machine before an operation starts; empty: nothing."),
    )
    permission_tag = models.SlugField(
        max_length=60, blank=True, help_text=lazy("Code of the tag at the station that lets its machine run, 1 or 0.")
    )

    history = History()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["id", "site"], name="station_at_site"),
            models.UniqueConstraint(
                fields=["site", "code"],
                name="station_code_once",
                violation_error_message=lazy("The site has a station of this code already."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(interlock=""), Q(permission_tag="")),
                name="station_interlock_has_tag",
                violation_error_message=lazy(
                    "An interlock names the tag that lets the machine run; without one, none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def rule(self) -> DispatchRule:
        """By what its queue is ranked: its own rule, else its work center's."""
        return DispatchRule(self.dispatch_rule or self.work_center.dispatch_rule)

    def clean(self) -> None:
        if self.work_center_id and self.site_id and self.work_center.site_id != self.site_id:
            raise ValidationError({"work_center": _("The work center belongs to another site.")})


class ClearanceItem(Record):
    """A line of a station's checklist, which a person ticks and signs before other work begins (line clearance)."""

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="clearance_items")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    history = History()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "position"],
                name="clearance_item_position_once",
                violation_error_message=lazy("Another line of the checklist has this position."),
            )
        ]

    def __str__(self) -> str:
        return self.text
