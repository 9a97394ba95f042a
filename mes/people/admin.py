"""A person's page in the administration, completed by what reaches the stations: disabling."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.admin import PersonWithSitesAdmin
from mes.kernel.personnel.models import Person
from mes.people.actions.people import disable

admin.site.unregister(Person)


@admin.register(Person)
class PersonEverywhereAdmin(PersonWithSitesAdmin):
    """Disabling somebody also ends their log-ons at stations, which only this floor knows."""

    actions = (*PersonWithSitesAdmin.actions, "disable")

    @admin.action(description=lazy("Disable (needs a reason)"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        for person in queryset:
            self.carry_out(
                request,
                lambda passage, who=person: disable(
                    person=who, reason=passage.reason, by=passage.person, at=passage.at
                ),
                done=_("{person} is disabled: no log-in, no tokens, logged off at every station.").format(
                    person=person
                ),
            )
