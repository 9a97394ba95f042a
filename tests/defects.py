"""Trees of defects in tests."""

from equipment.actions import reasons
from equipment.models import Area
from tests.plant import Plant

DEFECTS = "MECH Mechanic\n  M-LEAK Leak\n  M-NOISE Noise\nL-SCRATCH Scratch"


def release_defects(plant: Plant, written: str = DEFECTS, area: Area | None = None) -> None:
    """Put these defects in force, at the site or in an area of it."""
    with plant.door("hiroshi") as passage:
        who = {"by": passage.person, "at": passage.at}
        tree = reasons.draft(site=plant.site, area=area, kind="DEFECT", **who)
        reasons.write(tree=tree, text=written, **who)
    with plant.door("mei") as passage:
        reasons.release(tree=tree, by=passage.person, at=passage.at)


def an_area_of(plant: Plant, code: str) -> Area:
    """The area that the station's work center belongs to from now on."""
    with plant.door("hiroshi"):
        area = Area.objects.create(site=plant.site, code="AREA", name="Area")
        center = plant.stations[code].work_center
        center.area = area
        center.save()
    return area
