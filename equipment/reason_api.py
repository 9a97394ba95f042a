"""Reason trees over REST: their versions, and a draft begun, written and released. `Reasons` has what is in force."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.actions import reasons
from equipment.models import Area, ReasonTree, Site
from equipment.queries import sites_of
from equipment.serializers import OutlineInput, ReasonTreeAnswer, ReasonTreeInput, ReasonTreesQuery
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.fields import NothingInput
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint

TreesPage = page_of(ReasonTreeAnswer, "ReasonTreesPage")


class ReasonTrees(Endpoint):
    permissions = {"GET": Permission.VIEW_MASTER_DATA, "POST": Permission.EDIT_EQUIPMENT}

    @reads(
        TreesPage,
        name="list_reason_trees",
        summary="List versions of reasons, newest first",
        query=ReasonTreesQuery,
        missing=False,
    )
    def get(self, request: Request) -> Response:
        asked, found = self.read_query(ReasonTreesQuery), _trees(request.user)
        lookups = {"site": "site__code", "area": "area__code", "kind": "kind", "status": "status"}
        found = found.filter(**{field: asked[name] for name, field in lookups.items() if name in asked})
        return Response(TreesPage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data)

    @acts(
        ReasonTreeAnswer,
        name="draft_reason_tree",
        summary="Begin the next version of reasons, as a copy of the one in force",
        request=ReasonTreeInput,
        status=201,
    )
    def post(self, request: Request) -> Response:
        asked = self.read(ReasonTreeInput)
        site, area = _place(request.user, asked["site"], asked["area"])
        with self.door() as passage:
            if not passage.replayed:
                made = reasons.draft(site=site, area=area, kind=asked["kind"], by=passage.person, at=passage.at)
                passage.remember(tree=made.pk)
        return Response(ReasonTreeAnswer(_tree(request.user, passage.answer["tree"])).data, status=201)


class OneReasonTree(Endpoint):
    permissions = {"GET": Permission.VIEW_MASTER_DATA}

    @reads(ReasonTreeAnswer, name="get_reason_tree", summary="See a version of reasons")
    def get(self, request: Request, key: UUID) -> Response:
        return Response(ReasonTreeAnswer(_tree(request.user, key)).data)


class WriteReasonTree(Endpoint):
    permissions = {"POST": Permission.EDIT_EQUIPMENT}

    @acts(ReasonTreeAnswer, name="write_reason_tree", summary="Give a draft these reasons", request=OutlineInput)
    def post(self, request: Request, key: UUID) -> Response:
        tree, asked = _tree(request.user, key), self.read(OutlineInput)
        with self.door() as passage:
            if not passage.replayed:
                reasons.write(tree=tree, text=asked["outline"], by=passage.person, at=passage.at)
        return Response(ReasonTreeAnswer(_tree(request.user, key)).data)


class ReleaseReasonTree(Endpoint):
    permissions = {"POST": Permission.RELEASE_MASTER_DATA}

    @acts(
        ReasonTreeAnswer,
        name="release_reason_tree",
        summary="Release a draft: from now on these reasons are chosen from",
        request=NothingInput,
    )
    def post(self, request: Request, key: UUID) -> Response:
        tree = _tree(request.user, key)
        self.read(NothingInput)
        with self.door() as passage:
            if not passage.replayed:
                reasons.release(tree=tree, by=passage.person, at=passage.at)
        return Response(ReasonTreeAnswer(_tree(request.user, key)).data)


def _trees(person: Person) -> QuerySet[ReasonTree]:
    found = ReasonTree.objects.filter(site__in=sites_of(person)).select_related("site", "area", "released_by")
    return found.prefetch_related("reasons")


def _tree(person: Person, key: UUID) -> ReasonTree:
    tree = _trees(person).filter(pk=key).first()
    if tree is None:
        raise NotFound(_("There are no such reasons at your sites."), do=_("List them, and send an id of the list."))
    return tree


def _place(person: Person, site_code: str, area_code: str | None) -> tuple[Site, Area | None]:
    """The site and its area of these codes, where the person has access."""
    site = next((one for one in sites_of(person).values() if one.code == site_code), None)
    if site is None:
        raise _unknown("site", _("There is no site {code} of yours.").format(code=site_code))
    if area_code is None:
        return site, None
    area = Area.objects.filter(site=site, code=area_code).first()
    if area is None:
        raise _unknown("area", _("{site} has no area {code}.").format(site=site, code=area_code))
    return site, area


def _unknown(where: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, do=_("Check its code."), errors=[FieldError(where, sentence)])
