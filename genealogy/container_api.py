"""Containers over REST: what is in them, and where they stand."""

from collections.abc import Callable

from rest_framework.request import Request
from rest_framework.response import Response

from equipment.policies import known_station
from equipment.queries import sites_of
from genealogy.actions import containers
from genealogy.containers import containers_of
from genealogy.models import Container
from genealogy.policies import known_container, known_unit
from genealogy.serializers import ContainerAnswer, LoadInput, MoveInput
from mes.kernel.personnel.roles import Permission
from mes.kernel.rest.paging import PageQuery, page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint

ContainersPage = page_of(ContainerAnswer, "ContainersPage")


class Containers(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(ContainersPage, name="list_containers", summary="List containers", query=PageQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(PageQuery)
        found = containers_of(sites_of(request.user))
        return Response(ContainersPage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data)


class ContainerEndpoint(Endpoint):
    """What is asked of or done to one container, and the container as it is then."""

    def answer(self, container: Container) -> Response:
        return Response(ContainerAnswer(containers_of([container.site_id]).get(pk=container.pk)).data)


class OneContainer(ContainerEndpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(ContainerAnswer, name="get_container", summary="See a container and what is in it")
    def get(self, request: Request, code: str) -> Response:
        return self.answer(known_container(request.user, code))


class LoadContainer(ContainerEndpoint):
    permissions = {"POST": Permission.MOVE_CONTAINERS}

    @acts(ContainerAnswer, name="load_container", summary="Put units into a container", request=LoadInput)
    def post(self, request: Request, code: str) -> Response:
        return self.change(request, code, containers.load)

    def change(self, request: Request, code: str, verb: Callable[..., Container]) -> Response:
        asked = self.read(LoadInput)
        container = known_container(request.user, code)
        units = [known_unit(request.user, serial) for serial in asked["units"]]
        with self.door() as passage:
            if not passage.replayed:
                verb(container=container, units=units, by=passage.person, at=passage.at)
        return self.answer(container)


class UnloadContainer(LoadContainer):
    @acts(ContainerAnswer, name="unload_container", summary="Take units out of a container", request=LoadInput)
    def post(self, request: Request, code: str) -> Response:
        return self.change(request, code, containers.unload)


class MoveContainer(ContainerEndpoint):
    permissions = {"POST": Permission.MOVE_CONTAINERS}

    @acts(ContainerAnswer, name="move_container", summary="Bring a container to a station", request=MoveInput)
    def post(self, request: Request, code: str) -> Response:
        asked = self.read(MoveInput)
        container = known_container(request.user, code)
        site = sites_of(request.user)[container.site_id]
        station = known_station(site, asked["station"]) if asked["station"] else None
        with self.door(station=asked["station"]) as passage:
            if not passage.replayed:
                containers.move(container=container, station=station, by=passage.person, at=passage.at)
        return self.answer(container)
