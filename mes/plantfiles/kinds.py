"""What plant files are about: each kind of thing, where it stands in a file, and what its fields are called there.

A field is called as in the model, which says its type, its limits and its default; docs/plant-files.md is for people.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import models

from equipment.models import (
    Area,
    AssetClass,
    Calendar,
    CalendarException,
    ClearanceItem,
    Connection,
    Enterprise,
    PhysicalAsset,
    ReasonTree,
    SecurityProfile,
    Shift,
    ShiftBreak,
    Site,
    SiteAccess,
    StateCondition,
    StateTerm,
    Station,
    StationClass,
    Tag,
    WorkCenter,
)
from genealogy.models import Container, Supplier
from mes.kernel.personnel.models import Person, PersonQualification, Qualification
from mes.kernel.personnel.roles import Permission
from orders.models import (
    BomLine,
    BomSubstitute,
    Instruction,
    InstructionFile,
    InstructionRevision,
    Operation,
    OperationAsset,
    OperationEdge,
    OperationQualification,
    OperationSetpoint,
    Product,
    ProductRevision,
    Routing,
    RoutingRevision,
    Step,
)

# What tells a thing from all others of its kind: the keys of what it belongs to, then its own.
Key: TypeAlias = tuple[Any, ...]
Own: TypeAlias = Mapping[str, Any]
# Who does it, and when -> columns.
Stamp: TypeAlias = Callable[[UUID, datetime], dict[str, Any]]
LIFE = ("status", "approved_by", "released_by")


@dataclass(frozen=True)
class Ref:
    """A field that names another thing. scope: the first part of that thing's key, out of the row's surroundings."""

    to: type[models.Model]
    scope: Callable[[Key, Own], Key] = lambda parent, own: ()

    def target(self, parent: Key, own: Own, text: str) -> Key:
        """The key of the thing that is called so."""
        return (*self.scope(parent, own), text)

    def text(self, target: Key) -> str:
        """What the thing is called in a file."""
        return str(target[-1])


class StandardRef(Ref):
    """The standard operation that one was copied from: library/number of the revision/operation."""

    def target(self, parent: Key, own: Own, text: str) -> Key:
        library, number, code = ("/" * max(0, 2 - text.count("/")) + text).rsplit("/", 2)
        return (parent[0], None, library, int(number) if number.isdecimal() else number, code)

    def text(self, target: Key) -> str:
        return "/".join(str(part) for part in target[2:])


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of thing, which has a row in a table.

    folder: of those that have files of their own; within, under: of the others, the field that leads to what they
    belong to, and the key that they stand under in its file. key: the fields that tell one from its neighbours.
    number: the field that is its place in the list unless it is said. change, see: the rights that this needs.
    lasts: it stays when the file that it belongs to does not list it. made, stamp, end: columns that are set when one
    is made, whenever one is written, and when it is not listed any more, where it can't be deleted.
    """

    model: type[models.Model]
    key: tuple[str, ...]
    fields: tuple[str, ...] = ()
    folder: str = ""
    within: str = ""
    under: str = ""
    refs: Mapping[str, Ref] = field(default_factory=dict)
    change: Permission = Permission.DRAFT_MASTER_DATA
    see: Permission = Permission.VIEW_MASTER_DATA
    number: str = ""
    lasts: bool = False
    made: Stamp | None = None
    stamp: Stamp | None = None
    end: Stamp | None = None

    @cached_property
    def name(self) -> str:
        return str(self.model._meta.verbose_name).replace("bom ", "BOM ")

    @cached_property
    def has_life(self) -> bool:
        """Whether it is drafted, approved and released."""
        return {"approved_by", "status"} <= set(self.columns)

    @cached_property
    def columns(self) -> dict[str, "models.Field[Any, Any]"]:
        return {field.name: field for field in self.model._meta.concrete_fields}

    @cached_property
    def passed_on(self) -> frozenset[str]:
        """The fields that one can take over from another, as a badge: no two have the same, and it may be empty."""
        return frozenset(
            name for name, column in self.columns.items() if name in self.said and column.unique and column.null
        )

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The keys of its mapping in a file, in the order in which they are written, without what belongs to it."""
        life = LIFE if self.has_life else ("status", "released_by") if self.model is ReasonTree else ()
        virtual = ("reasons",) if self.model is ReasonTree else ()
        return (*self.key, *life, *(name for name in self.fields if name not in self.key), *virtual)

    @cached_property
    def required(self) -> frozenset[str]:
        """The keys without which one can't be made."""
        needed = {"body", "reasons"} & set(self.said)
        for name in self.said:
            column = self.columns.get(name)
            if column is not None and name != self.number and not column.has_default() and not column.blank:
                needed.add(name)
        return frozenset(needed)

    def key_of(self, parent: Key, own: Own) -> Key:
        """The key of one with these values."""
        if self.model is Routing:
            by_name = own.get("is_rework") or not own.get("product")  # of both a product or site may have several
            return (own.get("site"), own.get("product"), own.get("name") if by_name else None)
        return (*parent, *(own.get(name) for name in self.key))


def _same_site(parent: Key, own: Own) -> Key:
    return (own["site"] if "site" in own else parent[0],)


def _same_parent(parent: Key, own: Own) -> Key:
    return parent


_SITE = Ref(Site)
_PERSON = Ref(Person)
_EQUIPMENT: dict[str, Any] = {"change": Permission.EDIT_EQUIPMENT}
_PEOPLE: dict[str, Any] = {"change": Permission.EDIT_PEOPLE, "see": Permission.VIEW_PEOPLE}
_EFFECTIVE = ("effective_from", "effective_to")
_LIFE_REFS = {"approved_by": _PERSON, "released_by": _PERSON}


def _out_of_use(by: UUID, at: datetime) -> dict[str, Any]:
    return {"is_active": False}


def _without_password(by: UUID, at: datetime) -> dict[str, Any]:
    return {"password": make_password(None)}


def _granted(by: UUID, at: datetime) -> dict[str, Any]:
    withdrawal = {"withdrawn_at": None, "withdrawn_by_id": None, "withdrawal_reason": ""}
    return {"granted_at": at, "granted_by_id": by, "certificate": "", **withdrawal}


def _withdrawn(by: UUID, at: datetime) -> dict[str, Any]:
    return {"withdrawn_at": at, "withdrawn_by_id": by, "withdrawal_reason": "Not in the plant files any more."}


_EQUIPMENT_KINDS = (
    Kind(Enterprise, ("code",), ("name",), "enterprises", **_EQUIPMENT),
    Kind(
        Site,
        ("code",),
        ("name", "enterprise", "time_zone"),
        "sites",
        refs={"enterprise": Ref(Enterprise)},
        **_EQUIPMENT,
    ),
    Kind(Area, ("site", "code"), ("name",), "areas", refs={"site": _SITE}, **_EQUIPMENT),
    Kind(Calendar, ("site", "code"), ("name",), "calendars", refs={"site": _SITE}, **_EQUIPMENT),
    Kind(
        WorkCenter,
        ("site", "code"),
        ("name", "area", "calendar", "dispatch_rule"),
        "work-centers",
        refs={"site": _SITE, "area": Ref(Area, _same_site), "calendar": Ref(Calendar, _same_site)},
        **_EQUIPMENT,
    ),
    Kind(
        Shift,
        ("code",),
        ("name", "weekdays", "begins", "ends", "valid_from", "valid_to"),
        within="calendar",
        under="shifts",
        **_EQUIPMENT,
    ),
    Kind(ShiftBreak, ("begins",), ("ends", "name"), within="shift", under="breaks", **_EQUIPMENT),
    Kind(
        CalendarException,
        ("date", "kind", "work_center", "begins"),
        ("ends", "name"),
        within="calendar",
        under="exceptions",
        refs={"work_center": Ref(WorkCenter, _same_site)},
        **_EQUIPMENT,
    ),
    Kind(StationClass, ("code",), ("name",), "station-classes", **_EQUIPMENT),
    Kind(
        Station,
        ("site", "code"),
        (
            *("name", "work_center", "station_class", "is_active", "idle_lock_s", "dispatch_rule", "machine_need"),
            *("interlock", "permission_tag"),
        ),
        "stations",
        refs={"site": _SITE, "work_center": Ref(WorkCenter, _same_site), "station_class": Ref(StationClass)},
        **_EQUIPMENT,
    ),
    Kind(
        ClearanceItem,
        ("position",),
        ("text", "is_active"),
        within="station",
        under="clearance_items",
        number="position",
        end=_out_of_use,
        **_EQUIPMENT,
    ),
    Kind(
        AssetClass,
        ("code",),
        ("name", "kind", "calibration_interval_days", "life_cycles", "life_hours"),
        "asset-classes",
        **_EQUIPMENT,
    ),
    Kind(
        PhysicalAsset,
        ("site", "code"),
        ("name", "asset_class", "serial_number", "station", "is_active"),
        "assets",
        refs={"site": _SITE, "asset_class": Ref(AssetClass), "station": Ref(Station, _same_site)},
        **_EQUIPMENT,
    ),
    Kind(
        ReasonTree,
        ("site", "area", "kind", "number"),
        (),
        "reasons",
        refs={"site": _SITE, "area": Ref(Area, _same_site), "released_by": _PERSON},
        **_EQUIPMENT,
    ),
)
_PEOPLE_KINDS = (
    Kind(Qualification, ("code",), ("name",), "qualifications", **_PEOPLE),
    Kind(
        Person,
        ("username",),
        ("full_name", "badge", "roles", "is_active"),
        "people",
        made=_without_password,
        **_PEOPLE,
    ),
    Kind(SiteAccess, ("site",), within="person", under="sites", refs={"site": _SITE}, **_PEOPLE),
    Kind(
        PersonQualification,
        ("qualification",),
        ("level", "expires_date", "evidence"),
        within="person",
        under="qualifications",
        refs={"qualification": Ref(Qualification)},
        change=Permission.GRANT_QUALIFICATIONS,
        see=Permission.VIEW_PEOPLE,
        stamp=_granted,
        end=_withdrawn,
    ),
)
_MACHINES: dict[str, Any] = {"change": Permission.CONNECT_MACHINES}
_MACHINE_KINDS = (
    # Without private key and password: secrets never stand in files.
    Kind(
        SecurityProfile,
        ("site", "code"),
        ("name", "policy", "mode", "certificate", "trusted", "user_name"),
        "security-profiles",
        refs={"site": _SITE},
        **_MACHINES,
    ),
    Kind(
        Connection,
        ("site", "code"),
        (
            *("name", "kind", "address", "device_id", "period_ms", "timeout_ms", "largest_gap", "largest_span"),
            *("pause_ms", "byte_order", "clock_limit_s", "security", "account", "is_paused"),
        ),
        "connections",
        refs={"site": _SITE, "security": Ref(SecurityProfile, _same_site), "account": _PERSON},
        **_MACHINES,
    ),
    Kind(
        Tag,
        ("code",),
        (
            *("name", "station", "address", "value_type", "length", "byte_order", "quantity_unit", "scale", "offset"),
            *("low", "high", "report", "deadband", "max_silence_s", "role", "books", "scrap_reason", "defect"),
            *("rollover", "reset_below", "most_per_minute", "acknowledge_address", "event", "field", "defect_codes"),
            *("is_writable", "write_low", "write_high", "needs_signature", "is_active"),
        ),
        within="connection",
        under="tags",
        refs={"station": Ref(Station, _same_site), "event": Ref(Tag, _same_parent)},
        end=_out_of_use,
        **_MACHINES,
    ),
    Kind(
        StateCondition,
        ("station", "rank"),
        ("state", "detail"),
        within="connection",
        under="states",
        refs={"station": Ref(Station, _same_site)},
        number="rank",
        **_MACHINES,
    ),
    Kind(
        StateTerm,
        ("tag", "comparison"),
        ("value",),
        within="condition",
        under="terms",
        refs={"tag": Ref(Tag, lambda parent, own: parent[:2])},  # of the condition's connection
        **_MACHINES,
    ),
)
_PRODUCT_KINDS = (
    Kind(
        Container,
        ("site", "code"),
        ("kind", "station", "is_active"),
        "containers",
        refs={"site": _SITE, "station": Ref(Station, _same_site)},
        change=Permission.RECEIVE_UNITS,
    ),
    Kind(Supplier, ("code",), ("name", "is_active"), "suppliers", change=Permission.RECEIVE_UNITS),
    Kind(Instruction, ("code",), ("name",), "instructions"),
    Kind(
        InstructionRevision,
        ("number",),
        (*_EFFECTIVE, "body"),
        within="instruction",
        under="revisions",
        refs=_LIFE_REFS,
        lasts=True,
    ),
    Kind(InstructionFile, ("name",), ("file", "caption"), within="instruction_revision", under="files"),
    Kind(
        Product,
        ("code",),
        (
            *("name", "description", "is_active", "quantity_unit", "tracking", "serial_pattern"),
            *("shelf_life_days", "is_quarantined"),
        ),
        "products",
    ),
    Kind(ProductRevision, ("code",), _EFFECTIVE, within="product", under="revisions", refs=_LIFE_REFS, lasts=True),
    Kind(
        BomLine,
        ("operation_code", "component"),
        ("component_revision", "quantity", "basis", "trace_level", "reference_designators"),
        within="product_revision",
        under="bom_lines",
        refs={
            "component": Ref(Product),
            "component_revision": Ref(ProductRevision, lambda parent, own: (own.get("component"),)),
        },
    ),
    Kind(
        BomSubstitute,
        ("product",),
        ("factor", "valid_from", "valid_to"),
        within="bom_line",
        under="substitutes",
        refs={"product": Ref(Product)},
    ),
)
_ROUTING_KINDS = (
    Kind(
        Routing, ("site", "product"), ("name", "is_rework"), "routings", refs={"site": _SITE, "product": Ref(Product)}
    ),
    Kind(RoutingRevision, ("number",), _EFFECTIVE, within="routing", under="revisions", refs=_LIFE_REFS, lasts=True),
    Kind(
        Operation,
        ("code",),
        (
            *("name", "station_class", "setup_time_s", "run_time_s", "signature_meaning", "is_optional"),
            *("alternate_group", "max_attempts", "needs_line_clearance", "instruction", "must_confirm_instruction"),
            *("setup_family", "batch_quantity", "hold_after_failures", "hold_below_yield", "copied_from"),
        ),
        within="routing_revision",
        under="operations",
        refs={
            "station_class": Ref(StationClass),
            "instruction": Ref(Instruction),
            "copied_from": StandardRef(Operation),
        },
    ),
    Kind(
        OperationEdge,
        ("before", "after"),
        ("transfer_quantity", "minimum_time_s", "maximum_time_s", "holds_when_late"),
        within="routing_revision",
        under="edges",
        refs={"before": Ref(Operation, _same_parent), "after": Ref(Operation, _same_parent)},
    ),
    Kind(
        OperationQualification,
        ("qualification",),
        ("minimum_level",),
        within="operation",
        under="qualifications",
        refs={"qualification": Ref(Qualification)},
    ),
    Kind(
        OperationAsset,
        ("asset_class",),
        ("cycles_per_piece",),
        within="operation",
        under="assets",
        refs={"asset_class": Ref(AssetClass)},
    ),
    Kind(
        OperationSetpoint,
        ("tag",),
        ("position", "value", "tolerance"),
        within="operation",
        under="setpoints",
        number="position",
    ),
    Kind(
        Step,
        ("code",),
        (
            *("position", "kind", "name", "instruction", "picture", "is_required", "samples", "quantity_unit"),
            *("lower", "target", "upper", "component", "decimals", "choices"),
            *("condition_step", "condition_comparison", "condition_value", "needs_witness", "signature_meaning"),
            *("tag", "is_from_machine"),
        ),
        within="operation",
        under="steps",
        refs={"component": Ref(Product)},
        number="position",
    ),
)
# Each after what it belongs to: in this order they are written.
KINDS: tuple[Kind, ...] = (
    *(*_EQUIPMENT_KINDS, *_PEOPLE_KINDS, *_MACHINE_KINDS),
    *(*_PRODUCT_KINDS, *_ROUTING_KINDS),
)
BY_MODEL: dict[type[models.Model], Kind] = {kind.model: kind for kind in KINDS}
FOLDERS: dict[str, Kind] = {kind.folder: kind for kind in KINDS if kind.folder}


def _above(kind: Kind) -> Kind | None:
    return BY_MODEL[kind.columns[kind.within].related_model] if kind.within else None  # type: ignore[index]


ABOVE: dict[Kind, Kind | None] = {kind: _above(kind) for kind in KINDS}


def _top(kind: Kind) -> Kind:
    above = ABOVE[kind]
    return kind if above is None else _top(above)


# The kind whose files it stands in.
TOP: dict[Kind, Kind] = {kind: _top(kind) for kind in KINDS}
PARTS: dict[Kind, tuple[Kind, ...]] = {kind: tuple(part for part in KINDS if ABOVE[part] is kind) for kind in KINDS}
