"""The sections of a mapping that say where products and BOM lines are. Documented in docs/mappings.md."""

from dataclasses import dataclass

from mes.kernel.csv_mapping import Condition, From


@dataclass(frozen=True)
class ProductFields:
    code: From
    name: From
    description: From | None = None
    quantity_unit: From | None = None
    tracking: From | None = None
    revision: From | None = None
    is_active: From | None = None


@dataclass(frozen=True)
class Products:
    """refuse: rows that are no products; note: rows that are taken, and named in the report."""

    file: str
    key: str
    fields: ProductFields
    variant_of: str = ""
    refuse: tuple[Condition, ...] = ()
    note: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class BomLineFields:
    quantity: From
    operation_code: From
    trace_level: From | None = None
    reference_designators: From | None = None


@dataclass(frozen=True)
class BomLines:
    """product, component: the columns with the keys of products. inherited: variants of the product have it, too."""

    file: str
    product: str
    component: str
    fields: BomLineFields
    inherited: Condition | None = None
    refuse: tuple[Condition, ...] = ()
