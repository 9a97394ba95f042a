"""Products, routings and instructions over REST: their lists, their revisions whole, and the life of those."""

from dataclasses import asdict
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db.models import Model, Prefetch, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.queries import sites_of
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.personnel.actions.secrets import confirm_password
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from orders.actions import drafts, revisions
from orders.bom import BomNode, bom_tree, is_cut_short, where_used
from orders.catalogue import (
    find_instructions,
    find_products,
    find_routings,
    of_plants,
    revision_before,
    siblings_of,
)
from orders.content import AnyRevision, digest_of, parts_of
from orders.differences import differences
from orders.models import InstructionRevision, Operation, Product, ProductRevision, Routing, RoutingRevision
from orders.policies import known_revision, mistakes_of, warnings_of
from orders.serializers import (
    AgainstQuery,
    BomTreeAnswer,
    DifferencesAnswer,
    EffectivityInput,
    InstructionAnswer,
    InstructionsQuery,
    ProductAnswer,
    ProductsQuery,
    RevisionAnswer,
    RevisionReasonInput,
    RoutingAnswer,
    RoutingsQuery,
    SignedInput,
    StandardInput,
)

ProductsPage = page_of(ProductAnswer, "ProductsPage")
RoutingsPage = page_of(RoutingAnswer, "RoutingsPage")
InstructionsPage = page_of(InstructionAnswer, "InstructionsPage")


def _with_revisions(found: QuerySet[Any], model: type[Model]) -> QuerySet[Any]:
    newest_first = of_plants(model).select_related("approved_by", "released_by").order_by("-pk")
    return found.prefetch_related(Prefetch("revisions", newest_first, to_attr="listed"))


class Reading(Endpoint):
    permissions = {"GET": Permission.VIEW_MASTER_DATA}


class Products(Reading):
    @reads(ProductsPage, name="list_products", summary="List products", query=ProductsQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(ProductsQuery)
        found = find_products(asked["text"])
        found = found.filter(**{name: asked[name] for name in ("tracking", "is_active") if name in asked})
        found = _with_revisions(found, ProductRevision)
        return Response(shown(ProductsPage, paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))))


class OneProduct(Reading):
    @reads(ProductAnswer, name="get_product", summary="See a product, by its code or id")
    def get(self, request: Request, code: str) -> Response:
        return Response(shown(ProductAnswer, _product(code)))


class OneProductRevision(Reading):
    @reads(RevisionAnswer, name="get_product_revision", summary="See a revision of a product with its bill")
    def get(self, request: Request, code: str, rev: str) -> Response:
        return Response(shown(RevisionAnswer, _whole(_product_revision(code, rev), self.at.date())))


class ProductTree(Reading):
    @reads(BomTreeAnswer, name="get_product_tree", summary="See what a revision is made of, over all levels")
    def get(self, request: Request, code: str, rev: str) -> Response:
        return Response(_tree(bom_tree(_product_revision(code, rev))))


class WhereUsed(Reading):
    @reads(BomTreeAnswer, name="get_where_used", summary="See where a product is used, over all levels")
    def get(self, request: Request, code: str) -> Response:
        return Response(_tree(where_used(_product(code).pk)))


class Routings(Reading):
    @reads(RoutingsPage, name="list_routings", summary="List routings", query=RoutingsQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(RoutingsQuery)
        found = find_routings(sites_of(request.user), asked["text"]).select_related("product", "site")
        for name, field in (("site", "site__code"), ("product", "product__code")):
            found = found.filter(**{field: asked[name]}) if name in asked else found
        found = _with_revisions(found, RoutingRevision)
        return Response(shown(RoutingsPage, paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))))


class OneRouting(Reading):
    @reads(RoutingAnswer, name="get_routing", summary="See a routing, by its id")
    def get(self, request: Request, key: UUID) -> Response:
        found = Routing.objects.filter(pk=key, site__in=sites_of(request.user)).select_related("product", "site")
        routing = _with_revisions(found, RoutingRevision).first()
        if routing is None:
            raise NotFound(_("There is no such routing at your sites."), do=_("List them, and send an id of the list."))
        return Response(shown(RoutingAnswer, routing))


class Instructions(Reading):
    @reads(
        InstructionsPage, name="list_instructions", summary="List instructions", query=InstructionsQuery, missing=False
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(InstructionsQuery)
        found = _with_revisions(find_instructions(asked["text"]), InstructionRevision)
        page = paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))
        return Response(shown(InstructionsPage, page))


class OneRevision(Endpoint):
    """What endpoints of one revision have in common, and the revision itself."""

    permissions = {"GET": Permission.VIEW_MASTER_DATA}

    @reads(RevisionAnswer, name="get_revision", summary="See a revision: kind is product, routing or instruction")
    def get(self, request: Request, kind: str, key: UUID) -> Response:
        return self.answer(known_revision(request.user, kind, key))

    def answer(self, revision: AnyRevision, status: int = 200) -> Response:
        return Response(shown(RevisionAnswer, _whole(revision, self.at.date())), status=status)

    def carry_out(self, kind: str, key: UUID, verb: Any, why: str, status: int = 200, **given: Any) -> Response:
        """Call a verb through the door; the answer is the revision that it returned."""
        revision = known_revision(self.request.user, kind, key)
        with self.door(reason=why) as passage:
            if not passage.replayed:
                done = verb(revision=revision, by=passage.person, at=passage.at, **given)
                passage.remember(revision=done.pk)
        return self.answer(known_revision(self.request.user, kind, UUID(str(passage.answer["revision"]))), status)

    def signing(self, asked: dict[str, Any], meaning: Meaning) -> Signing:
        """The signature, its secret checked before any row is locked."""
        given = asked["signature"]
        signer = confirm_password(person=self.request.user, password=given["secret"], at=self.at)
        return Signing(signer, meaning, given["digest"])


class Act(OneRevision):
    http_method_names = ["post", "options"]


class RevisionDifferences(OneRevision):
    @reads(
        DifferencesAnswer,
        name="get_revision_differences",
        summary="See what differs from another revision, field by field",
        query=AgainstQuery,
    )
    def get(self, request: Request, kind: str, key: UUID) -> Response:
        revision, asked = known_revision(request.user, kind, key), self.read_query(AgainstQuery)
        before = revision_before(revision)
        if "against" in asked:
            before = siblings_of(revision).filter(pk=asked["against"]).first()
            if before is None:
                sentence = _("It is no revision of the same.")
                raise InvalidInput(
                    sentence, do=_("Send an id of its siblings."), errors=[FieldError("against", sentence)]
                )
        changes = differences(parts_of(before), parts_of(revision)) if before else []
        return Response(shown(DifferencesAnswer, {"against": before.pk if before else None, "changes": changes}))


class ApproveRevision(Act):
    permissions = {"POST": Permission.DRAFT_MASTER_DATA}

    @acts(RevisionAnswer, name="approve_revision", summary="Approve a draft with a signature", request=SignedInput)
    def post(self, request: Request, kind: str, key: UUID) -> Response:
        asked = self.read(SignedInput)
        signing = self.signing(asked, Meaning.APPROVED)
        return self.carry_out(kind, key, revisions.approve, asked["reason"], signing=signing)


class ReleaseRevision(Act):
    permissions = {"POST": Permission.RELEASE_MASTER_DATA}

    @acts(RevisionAnswer, name="release_revision", summary="Release what another person approved", request=SignedInput)
    def post(self, request: Request, kind: str, key: UUID) -> Response:
        asked = self.read(SignedInput)
        signing = self.signing(asked, Meaning.RELEASED)
        return self.carry_out(kind, key, revisions.release, asked["reason"], signing=signing)


class SendBackRevision(Act):
    permissions = {"POST": Permission.VIEW_MASTER_DATA}

    @acts(
        RevisionAnswer,
        name="send_back_revision",
        summary="Make an approved revision a draft again",
        request=RevisionReasonInput,
    )
    def post(self, request: Request, kind: str, key: UUID) -> Response:
        reason = self.read(RevisionReasonInput)["reason"]
        return self.carry_out(kind, key, revisions.send_back, reason, reason=reason)


class RetireRevision(Act):
    permissions = {"POST": Permission.RELEASE_MASTER_DATA}

    @acts(
        RevisionAnswer,
        name="retire_revision",
        summary="Make a released revision obsolete",
        request=RevisionReasonInput,
    )
    def post(self, request: Request, kind: str, key: UUID) -> Response:
        return self.carry_out(kind, key, revisions.retire, self.read(RevisionReasonInput)["reason"])


class EndEffectivity(Act):
    permissions = {"POST": Permission.RELEASE_MASTER_DATA}

    @acts(
        RevisionAnswer,
        name="end_effectivity",
        summary="Set the last day on which new orders pin a revision",
        request=EffectivityInput,
    )
    def post(self, request: Request, kind: str, key: UUID) -> Response:
        asked = self.read(EffectivityInput)
        return self.carry_out(kind, key, revisions.end_effectivity, asked["reason"], **asked)


class CopyRevision(Act):
    permissions = {"POST": Permission.DRAFT_MASTER_DATA}

    @acts(
        RevisionAnswer,
        name="copy_revision",
        summary="Begin a new draft as a copy",
        request=RevisionReasonInput,
        status=201,
    )
    def post(self, request: Request, kind: str, key: UUID) -> Response:
        copies = {
            "product": drafts.copy_product_revision,
            "routing": drafts.copy_routing_revision,
            "instruction": drafts.copy_instruction_revision,
        }
        reason = self.read(RevisionReasonInput)["reason"]
        return self.carry_out(kind, key, copies.get(kind), reason, status=201)


class InsertStandard(Act):
    permissions = {"POST": Permission.DRAFT_MASTER_DATA}

    @acts(
        RevisionAnswer,
        name="insert_standard_operation",
        summary="Copy a standard operation into a draft of a routing",
        request=StandardInput,
        status=201,
    )
    def post(self, request: Request, kind: str, key: UUID) -> Response:
        asked = self.read(StandardInput)
        sites = sites_of(request.user)
        found = Operation.objects.filter(pk=asked["operation"], routing_revision__routing__site__in=sites).first()
        if found is None or kind != "routing":
            raise NotFound(_("There is no such standard operation."), do=_("Look for it in the site's libraries."))

        def insert(*, revision: RoutingRevision, **more: Any) -> RoutingRevision:
            drafts.insert_standard_operation(draft=revision, operation=found, code=asked["code"], **more)
            return revision

        return self.carry_out(kind, key, insert, asked["reason"], status=201)


def _product(code: str) -> Product:
    """By code; by id where there is none of this code."""
    found = _with_revisions(Product.objects.filter(code=code), ProductRevision).first()
    if found is None and (key := _uuid(code)) is not None:
        found = _with_revisions(Product.objects.filter(pk=key), ProductRevision).first()
    if found is None:
        raise NotFound(_("There is no product {code}.").format(code=code[:40]), do=_("Check the code, or send the id."))
    product: Product = found
    return product


def _product_revision(code: str, revision: str) -> ProductRevision:
    found = next((one for one in _product(code).listed if one.code == revision), None)
    if found is None:
        raise NotFound(
            _("{code} has no revision {revision}.").format(code=code[:40], revision=revision[:20]),
            do=_("See the product's revisions."),
        )
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _tree(nodes: list[BomNode]) -> dict[str, Any]:
    return shown(BomTreeAnswer, {"is_cut_short": is_cut_short(nodes), "lines": nodes})


def _whole(revision: AnyRevision, day: date) -> SimpleNamespace:
    """A revision with its rows, as its shape wants them."""
    return SimpleNamespace(**_rows(revision, day))


def _rows(revision: AnyRevision, day: date) -> dict[str, Any]:
    life = ("id", "status", "effective_from", "effective_to", "approved_at", "released_at")
    rows: dict[str, Any] = {name: getattr(revision, name) for name in (*life, "approved_by", "released_by")}
    rows |= {"of": str(revision), "digest": digest_of(revision)}
    rows |= {"mistakes": [asdict(each) for each in mistakes_of(revision)]}
    rows |= {"warnings": [asdict(each) for each in warnings_of(revision, on=day)]}
    if isinstance(revision, ProductRevision):
        lines = revision.bom_lines.select_related("component", "component_revision")
        return rows | {"code": revision.code, "bom_lines": lines.prefetch_related("substitutes__product")}
    if isinstance(revision, RoutingRevision):
        operations = revision.operations.select_related("station_class", "instruction").prefetch_related(
            "steps__component", "qualifications__qualification", "assets__asset_class", "setpoints"
        )
        edges = revision.edges.select_related("before", "after").order_by("before__code", "after__code")
        return rows | {"number": revision.number, "operations": operations, "edges": edges}
    return rows | {"number": revision.number, "body": revision.body, "files": revision.files.all()}
