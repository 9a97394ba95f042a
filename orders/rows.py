"""The rows of the lists of master data: flat, so that a page only has to print them."""

from collections.abc import Sequence
from dataclasses import dataclass

from mes.kernel.pieces import Flat
from orders.models import Instruction, InstructionRevision, Product, ProductRevision, Routing, RoutingRevision
from orders.models.revisions import Revision

LINKS = 4  # revisions shown of one thing


@dataclass(frozen=True, slots=True)
class Links(Flat):
    """The newest revisions of one thing: key, name and status in words of each. has_more: older ones are not shown."""

    kind: str
    shown: Sequence[tuple[str, str, str]]
    has_more: bool


@dataclass(frozen=True, slots=True)
class ListRow(Flat):
    """A product, routing or instruction. key: of the product, empty where a routing is a library; of: that in words."""

    name: str
    revisions: Links
    key: str = ""
    of: str = ""
    site: str = ""
    tracking: str = ""
    quantity_unit: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class InWorkRow(Flat):
    """A revision that is drafted or waits for its release. kind, key: of its page; approved_by: empty, nobody yet."""

    kind: str
    key: str
    of: str
    approved_by: str


def in_work_row(one: ProductRevision | RoutingRevision | InstructionRevision) -> InWorkRow:
    """The row of a revision, which comes with what it is of and who approved it."""
    kind = {ProductRevision: "product", RoutingRevision: "routing"}.get(type(one), "instruction")
    return InWorkRow(kind, str(one.pk), str(one), str(one.approved_by or ""))


def links(kind: str, newest: Sequence[Revision]) -> Links:
    """kind: product, routing or instruction; newest: all its revisions, the newest first."""
    shown = newest[:LINKS]
    words = tuple((str(one.pk), _name(one), one.get_status_display().lower()) for one in shown)
    return Links(kind, words, len(newest) > LINKS)


def _name(revision: Revision) -> str:
    return revision.code if isinstance(revision, ProductRevision) else str(revision.number)  # type: ignore[attr-defined]


def list_row(one: Product | Routing | Instruction) -> ListRow:
    """The row of one, which comes with its revisions in `newest_first`; a routing with its product and site."""
    newest = one.newest_first  # type: ignore[union-attr]  # prefetched
    if isinstance(one, Product):
        return ListRow(
            name=one.name,
            revisions=links("product", newest),
            key=str(one.pk),
            of=one.code,
            tracking=one.get_tracking_display(),
            quantity_unit=one.quantity_unit,
            is_active=one.is_active,
        )
    if isinstance(one, Routing):
        key = str(one.product_id) if one.product_id else ""
        return ListRow(one.name, links("routing", newest), key=key, of=str(one.product or ""), site=str(one.site))
    return ListRow(one.name, links("instruction", newest), of=one.code)
