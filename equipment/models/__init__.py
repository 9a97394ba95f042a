from equipment.models.assets import AssetClass, AssetUse, CalibrationRecord, PhysicalAsset
from equipment.models.calendars import Calendar, CalendarException, Shift, ShiftBreak
from equipment.models.calls import HelpCall
from equipment.models.commands import MachineCommand
from equipment.models.connections import ConfigurationVersion, Connection, ConnectionLease, SecurityProfile
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
from equipment.models.machines import (
    CounterTotal,
    EquipmentState,
    EventBooking,
    EventDue,
    MachineEvent,
    RefusedEvent,
    StateCondition,
    StateTerm,
)
from equipment.models.reasons import Reason, ReasonTree
from equipment.models.samples import LatestValue, Observation, QuarantinedRow, Rollup, RollupDue, Sample
from equipment.models.tags import Series, Tag

__all__ = [
    "Area",
    "AssetClass",
    "AssetUse",
    "Calendar",
    "CalendarException",
    "CalibrationRecord",
    "ClearanceItem",
    "ConfigurationVersion",
    "Connection",
    "ConnectionLease",
    "CounterTotal",
    "Enterprise",
    "EquipmentState",
    "EventBooking",
    "EventDue",
    "HelpCall",
    "LatestValue",
    "MachineCommand",
    "MachineEvent",
    "Observation",
    "PhysicalAsset",
    "QuarantinedRow",
    "Reason",
    "ReasonTree",
    "RefusedEvent",
    "Rollup",
    "RollupDue",
    "Sample",
    "SecurityProfile",
    "Series",
    "Shift",
    "ShiftBreak",
    "Site",
    "SiteAccess",
    "StateCondition",
    "StateTerm",
    "Station",
    "StationClass",
    "Tag",
    "WorkCenter",
    "check_time_zone",
]
