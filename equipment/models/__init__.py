from equipment.models.assets import AssetClass, AssetUse, CalibrationRecord, PhysicalAsset
from equipment.models.calendars import Calendar, CalendarException, Shift, ShiftBreak
from equipment.models.calls import HelpCall
from equipment.models.hierarchy import (
    Area,
    ClearanceItem,
    Enterprise,
    Site,
    SiteAccess,
    Station,
    StationClass,
    WorkCenter,
    check_time_zone,
)
from equipment.models.reasons import Reason, ReasonTree

__all__ = [
    "Area",
    "AssetClass",
    "AssetUse",
    "Calendar",
    "CalendarException",
    "CalibrationRecord",
    "ClearanceItem",
    "Enterprise",
    "HelpCall",
    "PhysicalAsset",
    "Reason",
    "ReasonTree",
    "Shift",
    "ShiftBreak",
    "Site",
    "SiteAccess",
    "Station",
    "StationClass",
    "WorkCenter",
    "check_time_zone",
]
