"""The condition of an asset as pages show it: what its calibration is worth today, and how much life is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from equipment.models import PhysicalAsset
from equipment.status import CalibrationState

LOW = Decimal("0.1")  # life left, as a share, from which on it is shown as low


@dataclass(frozen=True)
class Life:
    """What is left of one limit. unit: cycles or hours."""

    left: Decimal
    limit: Decimal
    unit: str

    @property
    def shown(self) -> Decimal:
        """What the bar shows: none left is none, however far the limit was passed."""
        return max(Decimal(0), self.left)

    @property
    def tone(self) -> str:
        return "alarm" if self.left <= 0 else "caution" if self.left < LOW * self.limit else ""


@dataclass(frozen=True)
class Row:
    """An asset as a list shows it."""

    asset: PhysicalAsset
    state: CalibrationState
    lives: Sequence[Life]


def row_of(asset: PhysicalAsset, now: datetime) -> Row:
    """The asset with what its calibration is worth and what is left of its life now; it comes with class and site."""
    return Row(asset, asset.calibration_on(today_at(asset, now)), lives_of(asset))


def today_at(asset: PhysicalAsset, now: datetime) -> date:
    """The date at the asset's site."""
    return asset.site.local(now).date()


def lives_of(asset: PhysicalAsset) -> list[Life]:
    """What is left of each limit that its class has."""
    limits = asset.asset_class
    both = [(asset.cycles_left, limits.life_cycles, _("cycles")), (asset.hours_left, limits.life_hours, _("hours"))]
    return [Life(Decimal(left), Decimal(limit), unit) for left, limit, unit in both if left is not None and limit]
