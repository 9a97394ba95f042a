"""The facts that the gates of tools and gauges read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from equipment.models import PhysicalAsset, Station
from equipment.queries import assets_at, assets_taken_by
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


NOTHING = AssetFacts((), "", (), date.min)


def assets_here(subjects: Sequence[NeedsAssets]) -> list[AssetFacts]:
    """What each subject's operation asks for and its station has; at most one query, none when nothing is asked."""
    stations = {s.station.pk for s in subjects if s.station is not None and s.required_assets}
    here: dict[UUID, list[PhysicalAsset]] = {}
    for asset in assets_at(stations) if stations else ():
        assert asset.station_id is not None
        here.setdefault(asset.station_id, []).append(asset)
    at = door.moment()
    return [facts_about(s, here.get(s.station.pk, ()) if s.station else (), at) for s in subjects]


class TookAssets(NeedsAssets, Protocol):
    """A subject whose execution took assets at its start. only_scraps: nothing of it is recorded or called good."""

    @property
    def execution_key(self) -> UUID | None: ...

    @property
    def only_scraps(self) -> bool: ...


@dataclass(frozen=True)
class TakenFacts:
    """What an execution has taken, and what its station has: of the classes that its operation asks for."""

    taken: AssetFacts
    here: AssetFacts = NOTHING

    def unfit(self) -> list[PhysicalAsset]:
        """One for each class of which nothing that was taken may be used any more."""
        found = []
        for taken in self.taken.classes():
            if not any(asset.is_active for asset in self.taken.calibrated(taken)):
                found.append(next((asset for asset in taken if self._is_here(asset)), taken[-1]))
        return found

    def another(self, unfit: PhysicalAsset) -> PhysicalAsset | None:
        """What is taken in its place, once it was carried away: nobody goes on with it by mistake."""
        if self._is_here(unfit):
            return None
        of_class = unfit.asset_class.code
        return next((asset for asset in self.here.taken() if asset.asset_class.code == of_class), None)

    def _is_here(self, asset: PhysicalAsset) -> bool:
        return any(one.pk == asset.pk for one in self.here.here)


def assets_taken(subjects: Sequence[TookAssets]) -> list[TakenFacts]:
    """What each subject's execution took. One query, none where nothing is asked for; one more when some is unfit."""
    keys = {s.execution_key for s in subjects if s.execution_key and s.required_assets and not s.only_scraps}
    taken = assets_taken_by(keys) if keys else {}
    at = door.moment()
    known = [TakenFacts(facts_about(s, taken.get(s.execution_key, ()), at)) for s in subjects]
    if not any(one.unfit() for one in known):
        return known
    return [TakenFacts(one.taken, here) for one, here in zip(known, assets_here(subjects), strict=True)]


def facts_about(subject: NeedsAssets, here: Sequence[PhysicalAsset], at: datetime) -> AssetFacts:
    """The facts about one subject, whose station has these assets."""
    if subject.station is None or not subject.required_assets:
        return NOTHING
    return AssetFacts(subject.required_assets, subject.station.code, here, subject.date_of(at))
