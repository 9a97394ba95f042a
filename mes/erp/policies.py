"""Judging orders as the ERP sends them: from rows of text to what is to be created, changed or left as it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from equipment.models import Site
from equipment.queries import sites_of
from mes.erp.queries import open_holds_on
from mes.kernel.csv_import import CellError, Columns, Row, Table
from mes.kernel.door import moment
from mes.kernel.numbers import decimal_of
from mes.kernel.personnel.models import Person
from mes.kernel.transitions import IllegalTransition
from orders.actions.work_orders import OrderCantChange, OrderRequest, differences
from orders.models import Product, ProductRevision, Tracking, WorkOrder
from orders.status import ORDER, OrderStatus, RevisionStatus
from wip.models import Hold
from wip.overview import least_quantities
from wip.policies import OrderCantShrink, check_can_be_reduced

COLUMNS = Columns(
    required=("erp_reference", "product", "quantity", "due_at", "site"),
    optional=("revision", "quantity_unit", "priority", "replaces_scrap", "status"),
)
DEFAULT_PRIORITY = 5
MOST_UNITS = 100_000  # serial numbers one order may ask for: they are all made at its release

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_RESERVED = {"import", "release"}  # addresses of ours beside the orders'


class Fate(StrEnum):
    """What the import does with a row."""

    CREATE = "create"
    CHANGE = "change"
    UNCHANGED = "unchanged"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Line:
    """A row without mistakes. order: the one there is, with `changed` naming its fields that become different."""

    row: int
    request: OrderRequest
    fate: Fate
    order: WorkOrder | None = None
    changed: tuple[str, ...] = ()


@dataclass
class OrderImport:
    """What a table of orders comes to: a line for every row that is right, an error for everything that is not."""

    lines: list[Line] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)

    def of(self, fate: Fate) -> list[Line]:
        return [line for line in self.lines if line.fate == fate]

    @property
    def counts(self) -> dict[str, int]:
        """How many orders are to be created, changed, and left as they are."""
        return {str(fate): len(self.of(fate)) for fate in Fate}


def examine(table: Table, *, by: Person, existing: QuerySet[WorkOrder]) -> OrderImport:
    """Judge every cell of every row. Statements: eight at most, whatever the number of rows."""
    plant = _Plant.of(table, by, existing)
    found = OrderImport(errors=list(table.errors))
    seen: dict[str, int] = {}
    for row in table.rows:
        reader = _RowReader(row, plant)
        request = reader.request(seen)
        seen.setdefault(row["erp_reference"], row.number)
        if request is None:
            found.errors += reader.errors
            continue
        try:
            found.lines.append(_line(row.number, request, plant))
        except (OrderCantChange, OrderCantShrink, IllegalTransition) as refusal:
            what = " ".join(part for part in (refusal.what, refusal.why) if part)
            found.errors.append(CellError.at(row.number, "erp_reference", what, refusal.do))
    found.errors.sort(key=lambda error: error.row)
    return found


def _line(row: int, request: OrderRequest, plant: "_Plant") -> Line:
    order = plant.orders.get(request.erp_reference)
    if order is None:
        return Line(row, request, Fate.CREATE)
    least = plant.least.get(order.pk, Decimal(0))
    if request.is_cancelled:
        if order.status == OrderStatus.CANCELLED:
            return Line(row, request, Fate.UNCHANGED, order)
        ORDER.after(order.status, "cancel", name=order.erp_reference)
        check_can_be_reduced(order, Decimal(0), least)
        return Line(row, request, Fate.CANCEL, order)
    changed = tuple(differences(order, request))
    if "quantity" in changed:
        check_can_be_reduced(order, request.quantity, least)
    return Line(row, request, Fate.CHANGE if changed else Fate.UNCHANGED, order, changed)


@dataclass
class _Plant:
    """What the rows are held against, read at once for all of them.

    revisions: newest release last, by product. holds: an open one, by its order. least: what has begun, by its order.
    """

    sites: dict[str, Site]
    products: dict[str, Product]
    revisions: dict[Any, list[ProductRevision]]
    orders: dict[str, WorkOrder]
    holds: dict[UUID, Hold]
    least: dict[UUID, Decimal]

    @classmethod
    def of(cls, table: Table, by: Person, existing: QuerySet[WorkOrder]) -> "_Plant":
        codes = {row["product"] for row in table.rows}
        products = {product.pk: product for product in Product.objects.filter(code__in=codes)}
        revisions: dict[Any, list[ProductRevision]] = {}
        for revision in (
            ProductRevision.objects.filter(product__in=products)
            .exclude(status=RevisionStatus.DRAFT)
            .order_by("released_at")
        ):
            revision.product = products[revision.product_id]
            revisions.setdefault(revision.product_id, []).append(revision)
        return cls(
            sites={site.code: site for site in sites_of(by).values()},
            products={product.code: product for product in products.values()},
            revisions=revisions,
            orders={order.erp_reference: order for order in existing},
            holds=open_holds_on(existing) if existing else {},
            least=_begun(existing) if existing else {},
        )


def _begun(existing: QuerySet[WorkOrder]) -> dict[UUID, Decimal]:
    """How much of the orders on the floor has begun; no query where none of them is there."""
    on_floor = [order for order in existing if order.is_open_for_work]
    return least_quantities(on_floor) if on_floor else {}


class _WrongCell(ValueError):
    """What is wrong in a cell, and what to do."""


def _wrong(what: str, do: str) -> NoReturn:
    raise _WrongCell(what, do)


class _RowReader:
    """Reads one row, cell by cell, and goes on after a mistake.

    An empty optional cell means: as the order is already, or the usual for a new one.
    """

    def __init__(self, row: Row, plant: _Plant) -> None:
        self.row, self.plant, self.errors = row, plant, list[CellError]()
        self.order = plant.orders.get(row["erp_reference"])

    def request(self, seen: Mapping[str, int]) -> OrderRequest | None:
        """What the row asks for; None when there are errors."""
        reference = self._cell("erp_reference", _reference, seen)
        site = self._cell("site", self._site)
        product = self._cell("product", self._product)
        revision = self._cell("revision", self._revision, product, site) if product else None
        quantity = self._cell("quantity", _quantity, product)
        unit = self._cell("quantity_unit", _quantity_unit, product) if product else None
        due_at = self._cell("due_at", due_time, site.zone if site else ZoneInfo("UTC"))
        priority = self._cell("priority", _priority, self.order.priority if self.order else DEFAULT_PRIORITY)
        replaced = self.order is not None and self.order.replaces_scrap
        replaces = self._cell("replaces_scrap", _replaces_scrap, product, replaced)
        is_cancelled = self._cell("status", _cancelled, self.order)
        if self.errors:
            return None
        assert site is not None and revision is not None
        return OrderRequest(reference, revision, quantity, unit, due_at, priority, site, replaces, is_cancelled)

    def _cell(self, column: str, read: Any, *more: Any) -> Any:
        text = self.row[column]
        if not text and column in COLUMNS.required:
            self.errors.append(CellError.at(self.row.number, column, _("It is empty."), _("Every order needs it.")))
            return None
        try:
            return read(text, *more)
        except _WrongCell as wrong:
            self.errors.append(CellError.at(self.row.number, column, *wrong.args))
            return None

    def _site(self, code: str) -> Site:
        if code not in self.plant.sites:
            yours = ", ".join(sorted(self.plant.sites)) or _("none")
            _wrong(
                _("There is no site {site} that you have access to.").format(site=_short(code)),
                _("Yours are: {sites}.").format(sites=yours),
            )
        if self.order is not None and self.order.site.code not in self.plant.sites:
            _wrong(
                _("An order of this reference belongs to a site you have no access to."),
                _("Ask there, or take another."),
            )
        if self.order is not None and code != self.order.site.code and (hold := self.plant.holds.get(self.order.pk)):
            _wrong(
                _("{order} is on hold at {site} ({hold}).").format(
                    order=self.order, site=self.order.site.code, hold=hold
                ),
                _("Release the hold first, then move it."),
            )
        return self.plant.sites[code]

    def _product(self, code: str) -> Product:
        if code not in self.plant.products:
            _wrong(
                _("There is no product {product}.").format(product=_short(code)),
                _("Correct it, or let an engineer add the product."),
            )
        return self.plant.products[code]

    def _revision(self, code: str, product: Product, site: Site | None) -> ProductRevision:
        """The one of this code, else of those that are effective today the one released last."""
        pinned = self.order.product_revision if self.order else None
        if pinned is not None and pinned.product_id == product.pk and code in ("", pinned.code):
            return pinned
        known = [r for r in self.plant.revisions.get(product.pk, []) if r.status == RevisionStatus.RELEASED]
        today = (site.local(moment()) if site else moment()).date()
        fitting = [r for r in known if r.code == code or (not code and r.is_effective_on(today))]
        if not fitting:
            released = ", ".join(revision.code for revision in known) or _("none")
            if code:
                what = _("{product} has no released revision {revision}.").format(
                    product=product.code, revision=_short(code)
                )
            else:
                what = _("{product} has no released revision.").format(product=product.code)
            _wrong(what, _("Released are: {revisions}.").format(revisions=released))
        return fitting[-1]


def _short(text: str) -> str:
    return f"“{text[:40]}”" if text else ""


def _reference(text: str, seen: Mapping[str, int]) -> str:
    if not _REFERENCE.fullmatch(text) or text.lower() in _RESERVED:
        _wrong(
            _("{reference} can't name an order.").format(reference=_short(text)),
            _("Write up to 40 letters, digits, dots, dashes, underscores."),
        )
    if text in seen:
        _wrong(
            _("{reference} is in row {row} already.").format(reference=_short(text), row=seen[text]),
            _("Keep one of the rows."),
        )
    return text


def _quantity(text: str, product: Product | None) -> Decimal:
    try:
        quantity = decimal_of(text)
    except ValueError as error:
        raise _WrongCell(str(error), _("Write a number such as 12 or 12.5.")) from error
    if not 0 < quantity < 10**10:
        _wrong(
            _("{value} is not a quantity.").format(value=_short(text)),
            _("Write a number above 0 with up to 10 digits before the point."),
        )
    if product is not None and product.tracking == Tracking.SERIAL:
        if quantity != quantity.to_integral_value():
            _wrong(_("{product} is made in whole pieces.").format(product=product.code), _("Write a whole number."))
        if quantity > MOST_UNITS:
            _wrong(
                _("One order makes at most {most:,} serial numbers.").format(most=MOST_UNITS),
                _("Divide it into several orders."),
            )
    return quantity


def _quantity_unit(text: str, product: Product) -> str:
    if text not in ("", product.quantity_unit):
        _wrong(
            _("{product} is counted in {unit}.").format(product=product.code, unit=product.quantity_unit),
            _("Write {unit}, or nothing.").format(unit=product.quantity_unit),
        )
    return product.quantity_unit


def _priority(text: str, otherwise: int) -> int:
    if not text:
        return otherwise
    if not re.fullmatch(r"[1-9]", text, re.ASCII):
        _wrong(
            _("{value} is not a priority.").format(value=_short(text)), _("Write 1 (first) to 9 (last), or nothing.")
        )
    return int(text)


def _replaces_scrap(text: str, product: Product | None, otherwise: bool) -> bool:
    """Whether each piece that is scrapped is made once more: only pieces with a serial number of their own are."""
    wanted = {"": otherwise, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if text.lower() not in wanted:
        _wrong(_("{text} is neither yes nor no.").format(text=_short(text)), _("Write yes, no, or nothing."))
    if wanted[text.lower()] and product is not None and product.tracking != Tracking.SERIAL:
        _wrong(
            _("{product} is counted by lot: no piece of it is replaced.").format(product=product.code),
            _("Write no, or nothing."),
        )
    return wanted[text.lower()]


def _cancelled(text: str, order: WorkOrder | None) -> bool:
    """Whether the ERP cancels the order; what else happens to it is said by the floor, not by a file."""
    if text.upper() not in ("", OrderStatus.CANCELLED):
        _wrong(_("{text} can't be asked for.").format(text=_short(text)), _("Write CANCELLED, or nothing."))
    if text and order is None:
        _wrong(_("There is no order of this reference to cancel."), _("Leave the row out."))
    if not text and order is not None and order.status == OrderStatus.CANCELLED:
        _wrong(_("{order} is cancelled.").format(order=order), _("Make a new order under another reference."))
    return bool(text)


def due_time(text: str, zone: ZoneInfo) -> datetime:
    """A due date or time in ISO 8601. Without an offset it is in the zone; a date alone is that day's last second."""
    try:
        try:
            due_at = datetime.combine(date.fromisoformat(text), time(23, 59, 59))
        except ValueError:
            due_at = datetime.fromisoformat(text)
        if not 2000 <= due_at.year < 2200:
            raise ValueError(text)
    except ValueError:
        _wrong(
            _("{value} is not a date.").format(value=_short(text)),
            _("Write 2026-11-30, 2026-11-30T14:00 or 2026-11-30T14:00+01:00."),
        )
    if due_at.tzinfo is not None:
        return due_at.astimezone(UTC)
    moment = due_at.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != due_at:
        _wrong(
            _("{value} is skipped by summer time at the site.").format(value=_short(text)),
            _("Add an hour, or write the offset."),
        )
    return moment
