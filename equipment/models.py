"""The role-based equipment hierarchy (ISA-95): site, work center, station."""

import zoneinfo
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models

from mes.kernel.records import History, Record, person_field


def check_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name} is not a time zone of the IANA database, such as Europe/Vienna.")


class Site(Record):
    """A plant (ISA-95: site). Times are shown in its zone; a person sees the sites of their SiteAccess."""

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
        verbose_name_plural = "site access"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "site"],
                name="site_access_once",
                violation_error_message="This person has access to this site already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} at {self.site}"


class WorkCenter(Record):
    """A line or cell (ISA-95: work center)."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="work_centers")
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=80)

    history = History()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="work_center_code_once",
                violation_error_message="The site has a work center of this code already.",
            ),
            # The target of the composite foreign key that keeps a station at its work center's site.
            models.UniqueConstraint(fields=["id", "site"], name="work_center_at_site"),
        ]

    def __str__(self) -> str:
        return self.name


class StationClass(Record):
    """What kind of station an operation needs; which one is picked on the floor (ISA-95: equipment class)."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=80)

    history = History()

    class Meta:
        verbose_name_plural = "station classes"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Station(Record):
    """A place where operations are done (ISA-95: work unit). The operator's page is the station page."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="stations")
    work_center = models.ForeignKey(WorkCenter, on_delete=models.PROTECT, related_name="stations")
    station_class = models.ForeignKey(StationClass, on_delete=models.PROTECT, related_name="stations")
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)

    history = History()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="station_code_once",
                violation_error_message="The site has a station of this code already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def clean(self) -> None:
        if self.work_center_id and self.site_id and self.work_center.site_id != self.site_id:
            raise ValidationError({"work_center": "The work center belongs to another site."})
