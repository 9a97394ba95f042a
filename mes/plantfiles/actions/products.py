"""Taking over products and bills of materials from somebody else's files: the use case behind the command."""

from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from mes.kernel.csv_mapping import MappingDoesNotFit, Values, read_sections, table_in
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.plantfiles.mapping import BomLines, Products
from mes.plantfiles.products import Fate, Files, ProductsImport, bom_lines_there, examine, request_of
from orders.actions import products
from orders.models import Product, ProductRevision


def read_files(mapping: Path, folder: Path) -> Files:
    """A mapping, and what it names in the folder.

    Raises FilesWrong, MappingDoesNotFit, SourceMissing, FileUnreadable, ColumnsWrong.
    """
    sections = read_sections(mapping, {"products": Products, "bom_lines": BomLines})
    products, bom_lines = sections["products"], sections["bom_lines"]
    if products is None:
        raise MappingDoesNotFit(_("The mapping has no products."), do=_("Write products: in it; see docs/mappings.md."))
    return Files(
        products,
        table_in(folder, products.file),
        bom_lines,
        table_in(folder, bom_lines.file) if bom_lines else None,
        Values(folder),
    )


def import_products(*, files: Files, by: Person, at: datetime) -> ProductsImport:
    """Create and change products, and the BOM lines of draft revisions. Rows with a mistake are left out and named.

    Everything is judged with the products locked. Raises RoleMissing and MappingDoesNotFit.
    """
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    list(Product.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    found = examine(files)
    _import_products(found, by, at)
    _import_lines(found, by, at)
    return found


def _import_products(found: ProductsImport, by: Person, at: datetime) -> None:
    new = [line for line in found.products if line.fate == Fate.CREATED]
    made = products.create_products(requests=[line.request for line in new], by=by, at=at)
    for line, product in zip(new, made, strict=True):
        line.product = product
    changed = [line for line in found.products if line.fate == Fate.UPDATED]
    changes = [(line.product, line.request) for line in changed if line.product is not None]
    products.change_products(changes=changes, by=by, at=at)


def _import_lines(found: ProductsImport, by: Person, at: datetime) -> None:
    owners = {line.product.key: line.product for line in found.parts}
    ours = [owner.product for owner in owners.values() if owner.product is not None]
    revisions = {(r.product_id, r.code): r for r in ProductRevision.objects.filter(product__in=ours)}
    wanted = [(o.product, o.revision_code) for o in owners.values() if o.product is not None]
    missing = [(product, code) for product, code in wanted if (product.pk, code) not in revisions]
    for revision in products.draft_revisions(wanted=missing, by=by, at=at):
        revisions[revision.product_id, revision.code] = revision
    there, _ = bom_lines_there(found.products)
    new, changed = [], []
    for line in found.parts:
        owner, component = line.product.product, line.component.product
        assert owner is not None and component is not None, "the products are there by now"
        request = request_of(line, revisions[owner.pk, line.product.revision_code], component)
        if line.fate == Fate.CREATED:
            new.append(request)
        elif line.fate == Fate.UPDATED:
            place = (owner.code, line.product.revision_code, line.operation_code, component.code)
            changed.append((there[place], request))
    products.draft_lines(new=new, changed=changed, by=by, at=at)
