"""The facts that the gates of tools and gauges read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from equipment.models import PhysicalAsset, Station
from equipment.queries import assets_at
from mes.kernel import door


class NeededClass(Protocol):
    """A class of which an operation asks for one."""

    @property
    def class_code(self) -> str: ...

    @property
    def name(self) -> str: ...


class NeedsAssets(Protocol):
    """A subject of the gates that asks for tools, gauges or fixtures."""

    station: Station | None

    @property
    def required_assets(self) -> Sequence[NeededClass]: ...

    def date_of(self, moment: datetime) -> date:
        """The date that it is then where the subject is."""
        ...


@dataclass(frozen=True)
class AssetFacts:
    """required: empty where no station is chosen yet. here: what is at the station. today: at its site."""

    required: Sequence[NeededClass]
    station_code: str
    here: Sequence[PhysicalAsset]
    today: date

    def of_class(self, code: str) -> list[PhysicalAsset]:
        """The assets of a class here, the one whose calibration is due first ahead: what an operation takes first."""
        found = [asset for asset in self.here if asset.asset_class.code == code]
        return sorted(found, key=lambda asset: (asset.calibration_due_date or date.max, asset.code))

    def classes(self) -> list[list[PhysicalAsset]]:
        """The assets here of each class that is asked for, without the classes that have none."""
        return [here for needed in self.required if (here := self.of_class(needed.class_code))]

    def calibrated(self, assets: Sequence[PhysicalAsset]) -> list[PhysicalAsset]:
        """Those that may be used today."""
        return [asset for asset in assets if asset.is_calibrated_on(self.today)]

    def taken(self) -> list[PhysicalAsset]:
        """The asset of each class that an operation takes: calibrated, with life left."""
        fit = ([one for one in self.calibrated(here) if one.has_life] for here in self.classes())
        return [found[0] for found in fit if found]


def assets_here(subjects: Sequence[NeedsAssets]) -> list[AssetFacts]:
    """What each subject's operation asks for and its station has; at most one query, none when nothing is asked."""
    stations = {s.station.pk for s in subjects if s.station is not None and s.required_assets}
    here: dict[UUID, list[PhysicalAsset]] = {}
    for asset in assets_at(stations) if stations else ():
        assert asset.station_id is not None
        here.setdefault(asset.station_id, []).append(asset)
    at = door.moment()
    return [facts_about(s, here.get(s.station.pk, ()) if s.station else (), at) for s in subjects]


def facts_about(subject: NeedsAssets, here: Sequence[PhysicalAsset], at: datetime) -> AssetFacts:
    """The facts about one subject, whose station has these assets."""
    if subject.station is None or not subject.required_assets:
        return AssetFacts((), "", (), date.min)
    return AssetFacts(subject.required_assets, subject.station.code, here, subject.date_of(at))
