"""Judging somebody else's products and BOM lines: what each row comes to, and why a row can't be taken."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from mes.kernel.csv_import import CellError, Row, Table
from mes.kernel.csv_mapping import Values, first_filled, fitting
from mes.kernel.numbers import decimal_of, plain
from mes.kernel.words import name_of_column
from mes.plantfiles.mapping import BomLines, Products
from orders.actions.products import LineRequest, ProductRequest, line_differences, product_differences
from orders.models import BomLine, Product, ProductRevision, TraceLevel, Tracking
from orders.models.routings import operation_code
from orders.status import RevisionStatus

FIRST_REVISION = "A"


class Fate(StrEnum):
    """What the import does with a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass
class ProductLine:
    """A row that is a product. product: ours, once it is there. revision_code: whose lines its BOM lines are."""

    row: int
    key: str
    request: ProductRequest
    revision_code: str
    variant_of: str
    fate: Fate
    product: Product | None = None


@dataclass
class PartLine:
    """A row that is a BOM line of a product; inherited: it is there because a template of the product has it."""

    row: int
    product: ProductLine
    component: ProductLine
    operation_code: str
    quantity: Decimal
    trace_level: str
    reference_designators: str
    is_inherited: bool = False
    fate: Fate = Fate.CREATED


@dataclass
class ProductsImport:
    """What the files come to. Every row of a file is a line here, or among `refused`: none is passed over."""

    products: list[ProductLine] = field(default_factory=list)
    parts: list[PartLine] = field(default_factory=list)
    refused: dict[str, list[CellError]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def refuse(self, kind: str, row: int, column: str, what: str, do: str = "") -> None:
        self.refused.setdefault(kind, []).append(CellError.at(row, column, what, do))

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Created, updated, unchanged and refused, of products, BOM lines, and those that variants inherit."""
        own = [part for part in self.parts if not part.is_inherited]
        inherited = [part for part in self.parts if part.is_inherited]
        return {
            "products": self._count("products", self.products),
            "bom_lines": self._count("bom_lines", own),
            "inherited_bom_lines": self._count("inherited_bom_lines", inherited),
        }

    def _count(self, kind: str, lines: Sequence[ProductLine | PartLine]) -> dict[str, int]:
        found = Counter(line.fate for line in lines)
        # A row may have several mistakes; it is one row.
        found[Fate.REFUSED] += len({error.row for error in self.refused.get(kind, [])})
        return {str(fate): found[fate] for fate in Fate}


@dataclass(frozen=True)
class Files:
    """The sections of a mapping, the tables they are about, and the values in those."""

    products: Products
    rows: Table
    bom_lines: BomLines | None
    parts: Table | None
    values: Values


def examine(files: Files) -> ProductsImport:
    """Judge every row of both tables. Raises MappingDoesNotFit, SourceMissing."""
    found = ProductsImport()
    for kind, table in [("products", files.rows), ("bom_lines", files.parts)]:
        for error in table.errors if table else ():
            found.refuse(kind, error.row, error.column, error.what, error.do)
    _ProductRows(files.products, found, files.values).read(files.rows)
    if files.parts is not None and files.bom_lines is not None:
        _PartRows(files.bom_lines, found, files.values).read(files.parts)
        _refuse_cycles(found)
    return found


class _ProductRows:
    def __init__(self, mapping: Products, found: ProductsImport, values: Values) -> None:
        self.mapping, self.found, self.values = mapping, found, values
        self.codes: dict[str, int] = {}
        self.keys: dict[str, int] = {}

    def read(self, table: Table) -> None:
        codes = [self.values.of(row, self.mapping.fields.code) for row in table.rows]
        known = {product.code: product for product in Product.objects.filter(code__in=codes)}
        used = in_use(known.values())
        for row in table.rows:
            if line := self._line(row, known, used):
                self.found.products.append(line)
                for note in fitting(row, self.mapping.note):
                    self.found.notes.append(
                        _("row {row}, {product}: {what}").format(
                            row=row.number, product=line.request.code, what=note.what
                        )
                    )

    def _line(self, row: Row, known: Mapping[str, Product], used: set[Any]) -> ProductLine | None:
        given = self.values.all_of(row, self.mapping.fields)
        key = first_filled(row, (self.mapping.key,))
        mistakes = [(self.mapping.key, _("The row has no key."))] if not key else []
        if key in self.keys:
            mistakes.append(
                (self.mapping.key, _("Row {row} has the key {key} already.").format(row=self.keys[key], key=key))
            )
        mistakes += [("", refused.what) for refused in fitting(row, self.mapping.refuse)]
        mistakes += self._mistakes(given, row.number)
        product = known.get(given["code"])
        if not mistakes:
            request = _product_request(given)
            changed = product_differences(product, request) if product else []
            if product and product.pk in used and (fixed := {"quantity_unit", "tracking"} & set(changed)):
                words = _(" and ").join(sorted(name_of_column(Product, name) for name in fixed))
                mistakes.append(
                    (
                        "",
                        _("{product} is in use here: its {fields} can't change.").format(
                            product=given["code"], fields=words
                        ),
                    )
                )
        for column, what in mistakes:
            self.found.refuse("products", row.number, column, what)
        if mistakes:
            return None
        self.codes[given["code"]] = self.keys[key] = row.number
        fate = Fate.CREATED if product is None else Fate.UPDATED if changed else Fate.UNCHANGED
        parent = first_filled(row, (self.mapping.variant_of,)) if self.mapping.variant_of else ""
        return ProductLine(row.number, key, request, given["revision"] or FIRST_REVISION, parent, fate, product)

    def _mistakes(self, given: Mapping[str, str], row: int) -> list[tuple[str, str]]:
        mistakes = []
        if not given["code"]:
            mistakes.append(("code", _("It is empty.")))
        elif given["code"] in self.codes:
            mistakes.append(
                (
                    "code",
                    _("Row {row} is {product} already.").format(row=self.codes[given["code"]], product=given["code"]),
                )
            )
        if not given["name"]:
            mistakes.append(("name", _("It is empty.")))
        for name, limit in _LENGTHS.items():
            if len(given[name]) > limit:
                mistakes.append(
                    (name, _("It has {count} characters, {limit} fit.").format(count=len(given[name]), limit=limit))
                )
        if given["tracking"] and given["tracking"] not in Tracking.values:
            mistakes.append(("tracking", _("{value} is neither SERIAL nor LOT.").format(value=given["tracking"][:20])))
        if given["is_active"].lower() not in _YES_NO:
            mistakes.append(("is_active", _("{value} is neither yes nor no.").format(value=given["is_active"][:20])))
        mistakes += [(n, _("It holds characters that can't be printed.")) for n in ("code", "name") if _odd(given[n])]
        return mistakes


def _length(model: type[Model], name: str) -> int:
    return int(getattr(model._meta.get_field(name), "max_length", 0) or 0)


_LENGTHS = {name: _length(Product, name) for name in ("code", "name", "quantity_unit")} | {
    "revision": _length(ProductRevision, "code")
}
_YES_NO = {"": True, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def _odd(text: str) -> bool:
    return not text.isprintable()


def _product_request(given: Mapping[str, str]) -> ProductRequest:
    return ProductRequest(
        code=given["code"],
        name=given["name"],
        description=given["description"],
        quantity_unit=given["quantity_unit"] or "pcs",
        tracking=given["tracking"] or Tracking.LOT,
        is_active=_YES_NO[given["is_active"].lower()],
    )


def in_use(products: Iterable[Product]) -> set[Any]:
    """Keys of the products that units or frozen revisions are counted in."""
    keys = [product.pk for product in products]
    with_units = Product.objects.filter(pk__in=keys, units__isnull=False).values_list("pk", flat=True)
    frozen = ProductRevision.objects.filter(product__in=keys).exclude(status=RevisionStatus.DRAFT)
    return set(with_units) | set(frozen.values_list("product", flat=True))


class _PartRows:
    def __init__(self, mapping: BomLines, found: ProductsImport, values: Values) -> None:
        self.mapping, self.found, self.values = mapping, found, values
        self.products = {line.key: line for line in found.products}
        self.seen: dict[tuple[str, str, str], int] = {}

    def read(self, table: Table) -> None:
        own = [line for row in table.rows if (line := self._line(row))]
        inherited_rows = {
            row.number for row in table.rows if self.mapping.inherited and fitting(row, [self.mapping.inherited])
        }
        heirs = _heirs(self.found.products)
        lines = list(own)
        for line in own:
            if line.row in inherited_rows:
                lines += [each for heir in heirs.get(line.product.key, []) if (each := self._inherited(line, heir))]
        self.found.parts = lines
        self._compare(lines)

    def _line(self, row: Row) -> PartLine | None:
        given = self.values.all_of(row, self.mapping.fields)
        mistakes = [("", refused.what) for refused in fitting(row, self.mapping.refuse)]
        product, component = (self._end(row, name, mistakes) for name in (self.mapping.product, self.mapping.component))
        quantity, wrong = _quantity(given["quantity"])
        if product is not None and component is not None:
            mistakes += wrong + _part_mistakes(given)
            place = (product.key, given["operation_code"], component.key)
            if product is component:
                mistakes.append(
                    (self.mapping.component, _("{product} can't go into itself.").format(product=product.request.code))
                )
            elif place in self.seen:
                mistakes.append(
                    (self.mapping.component, _("Row {row} has this component already.").format(row=self.seen[place]))
                )
        for column, what in mistakes:
            self.found.refuse("bom_lines", row.number, column, what)
        if mistakes or product is None or component is None:
            return None
        self.seen[place] = row.number
        return PartLine(
            row.number,
            product,
            component,
            given["operation_code"],
            quantity,
            given["trace_level"],
            given["reference_designators"],
        )

    def _end(self, row: Row, column: str, mistakes: list[tuple[str, str]]) -> ProductLine | None:
        """The product at one end of a line, or a mistake."""
        key = first_filled(row, (column,))
        if key not in self.products:
            mistakes.append(
                (
                    column,
                    _("There is no product {product}, or its row was refused.").format(
                        product=key[:40] or _("(empty)")
                    ),
                )
            )
        return self.products.get(key)

    def _inherited(self, line: PartLine, heir: ProductLine) -> PartLine | None:
        place = (heir.key, line.operation_code, line.component.key)
        if place in self.seen:
            self.found.notes.append(
                _("row {row}: {product} has a line of its own for {component}").format(
                    row=line.row, product=heir.request.code, component=line.component.request.code
                )
            )
            return None
        self.seen[place] = line.row
        return PartLine(
            line.row,
            heir,
            line.component,
            line.operation_code,
            line.quantity,
            line.trace_level,
            line.reference_designators,
            is_inherited=True,
        )

    def _compare(self, lines: Sequence[PartLine]) -> None:
        """Hold the lines against our BOMs; what a frozen revision has otherwise is refused."""
        there, frozen = bom_lines_there(self.found.products)
        kept = []
        for line in lines:
            code = line.product.request.code
            ours = there.get((code, line.product.revision_code, line.operation_code, line.component.request.code))
            if ours is not None and not line_differences(ours, request_of(line, ours.product_revision, ours.component)):
                line.fate = Fate.UNCHANGED
            elif (code, line.product.revision_code) in frozen:
                kind = "inherited_bom_lines" if line.is_inherited else "bom_lines"
                what = _("{product} rev {revision} is frozen here, and says otherwise.").format(
                    product=code, revision=line.product.revision_code
                )
                self.found.refuse(kind, line.row, "", what, _("Give the change a new revision."))
                continue
            else:
                line.fate = Fate.CREATED if ours is None else Fate.UPDATED
            kept.append(line)
        self.found.parts = kept


def bom_lines_there(
    products: Sequence[ProductLine],
) -> tuple[dict[tuple[str, str, str, str], BomLine], set[tuple[str, str]]]:
    """Our lines by product, revision, operation and component; and which (product, revision) are frozen."""
    ours = [line.product.pk for line in products if line.product is not None]
    lines = BomLine.objects.filter(product_revision__product__in=ours).select_related(
        "product_revision__product", "component"
    )
    there = {_place(line): line for line in lines}
    frozen = ProductRevision.objects.filter(product__in=ours).exclude(status=RevisionStatus.DRAFT)
    return there, set(frozen.values_list("product__code", "code"))


def _place(line: BomLine) -> tuple[str, str, str, str]:
    revision = line.product_revision
    return revision.product.code, revision.code, line.operation_code, line.component.code


def request_of(line: PartLine, revision: ProductRevision, component: Product) -> LineRequest:
    return LineRequest(
        revision, line.operation_code, component, line.quantity, line.trace_level, line.reference_designators
    )


def _part_mistakes(given: Mapping[str, str]) -> list[tuple[str, str]]:
    mistakes = []
    if (level := given["trace_level"]) and level not in TraceLevel.values:
        mistakes.append(("trace_level", _("{value} is not NONE, LOT or SERIAL.").format(value=level[:20])))
    try:
        operation_code(given["operation_code"])
    except ValidationError:
        mistakes.append(
            (
                "operation_code",
                _("{value} is no operation code.").format(value=given["operation_code"][:20] or _("(empty)")),
            )
        )
    limit = _length(BomLine, "reference_designators")
    if len(given["reference_designators"]) > limit:
        mistakes.append(("reference_designators", _("It is longer than {limit} characters.").format(limit=limit)))
    return mistakes


def _quantity(text: str) -> tuple[Decimal, list[tuple[str, str]]]:
    try:
        quantity = decimal_of(text)
    except ValueError as error:
        return Decimal(0), [("quantity", str(error))]
    if not 0 < quantity < 10**10:
        return quantity, [
            ("quantity", _("{quantity} is no quantity above 0 with up to 10 digits.").format(quantity=plain(quantity)))
        ]
    return quantity.quantize(Decimal("0.0001")), []


def _heirs(products: Sequence[ProductLine]) -> dict[str, list[ProductLine]]:
    """The variants of each product, those of its variants included."""
    children: dict[str, list[ProductLine]] = {}
    for line in products:
        if line.variant_of:
            children.setdefault(line.variant_of, []).append(line)
    found: dict[str, list[ProductLine]] = {}
    for line in products:
        waiting, seen = list(children.get(line.key, [])), {line.key}
        while waiting:
            child = waiting.pop(0)
            if child.key not in seen:  # variants of each other would go on for ever
                seen.add(child.key)
                found.setdefault(line.key, []).append(child)
                waiting += children.get(child.key, [])
    return found


def _refuse_cycles(found: ProductsImport) -> None:
    """Refuse the lines by which a product would go into itself over others, one by one, until there are none."""
    while True:
        uses: dict[str, set[str]] = {}
        for line in found.parts:
            uses.setdefault(line.product.key, set()).add(line.component.key)
        try:
            TopologicalSorter(uses).prepare()
        except CycleError as error:
            circle = error.args[1]
            closing = next(
                line
                for line in reversed(found.parts)
                if any((line.component.key, line.product.key) == pair for pair in pairwise(circle))
            )
            codes = " → ".join(line.request.code for key in circle for line in found.products if line.key == key)
            kind = "inherited_bom_lines" if closing.is_inherited else "bom_lines"
            found.refuse(
                kind,
                closing.row,
                "",
                _("It closes a circle: {codes}.").format(codes=codes),
                _("Remove one of these lines."),
            )
            found.parts.remove(closing)
        else:
            return
