"""Roles as documented sets of permissions. A permission is the right to one verb, or to see one kind of record.

Kept in code, not in rows: a role means the same in every plant, a change is reviewed and shows in the history.
"""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """One right. The value is what API scopes, refusals and documentation call it."""

    VIEW_ORDERS = "orders.view"
    IMPORT_ORDERS = "orders.import"
    RELEASE_ORDERS = "orders.release"
    CLOSE_ORDERS = "orders.close"
    VIEW_UNITS = "units.view"
    RECEIVE_UNITS = "units.receive"
    STAGE_LOTS = "lots.stage"
    RELEASE_LOTS = "lots.release"
    WORK = "operations.work"
    CORRECT = "operations.correct"
    CORRECT_LABOR = "labor.correct"
    SPLIT_LOTS = "lots.split"
    REPEAT = "operations.repeat"
    REWORK = "operations.rework"
    MOVE_CONTAINERS = "containers.move"
    PIN_JOBS = "dispatch.pin"
    PLAN_JOBS = "dispatch.plan"
    PLACE_HOLDS = "holds.place"
    RELEASE_HOLDS = "holds.release"
    RELEASE_QUALITY_HOLDS = "holds.release_quality"
    OVERRIDE_GATES = "gates.override"
    GRANT_PERMITS = "permits.grant"
    REGISTER_STATIONS = "stations.register"
    CLEAR_LINE = "stations.clear"
    CALL_HELP = "help.call"
    ANSWER_HELP = "help.answer"
    MOVE_ASSETS = "assets.move"
    CALIBRATE_ASSETS = "assets.calibrate"
    WRITE_MACHINES = "machines.write"
    VIEW_MASTER_DATA = "master_data.view"
    DRAFT_MASTER_DATA = "master_data.draft"
    RELEASE_MASTER_DATA = "master_data.release"
    IMPORT_PLANT = "plant.import"
    VIEW_PEOPLE = "people.view"
    EDIT_PEOPLE = "people.edit"
    GRANT_QUALIFICATIONS = "qualifications.grant"
    EDIT_EQUIPMENT = "equipment.edit"
    CONNECT_MACHINES = "machines.connect"
    VIEW_LEDGER = "ledger.view"
    VIEW_METRICS = "metrics.view"


class Role(models.TextChoices):
    OPERATOR = "operator", _("Operator")
    SUPERVISOR = "supervisor", _("Supervisor")
    QUALITY = "quality", _("Quality")
    ENGINEER = "engineer", _("Engineer")
    PLANNER = "planner", _("Planner")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    INTEGRATION = "integration", _("Integration")


_P = Permission
_SEE = {_P.VIEW_ORDERS, _P.VIEW_UNITS}

PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(
        _SEE
        | {_P.WORK, _P.PLACE_HOLDS, _P.STAGE_LOTS, _P.MOVE_ASSETS, _P.CLEAR_LINE, _P.CALL_HELP, _P.SPLIT_LOTS}
        | {_P.REPEAT, _P.MOVE_CONTAINERS}
    ),
    Role.SUPERVISOR: frozenset(
        _SEE
        | {_P.WORK, _P.RELEASE_ORDERS, _P.RECEIVE_UNITS, _P.PLACE_HOLDS, _P.RELEASE_HOLDS, _P.REGISTER_STATIONS}
        | {_P.STAGE_LOTS, _P.MOVE_ASSETS, _P.CLEAR_LINE, _P.CALL_HELP, _P.ANSWER_HELP, _P.GRANT_QUALIFICATIONS}
        | {_P.VIEW_MASTER_DATA, _P.VIEW_PEOPLE, _P.OVERRIDE_GATES, _P.CORRECT, _P.CORRECT_LABOR}
        | {_P.SPLIT_LOTS, _P.REPEAT, _P.REWORK, _P.MOVE_CONTAINERS, _P.CLOSE_ORDERS}
        | {_P.PIN_JOBS, _P.PLAN_JOBS, _P.WRITE_MACHINES}
    ),
    Role.QUALITY: frozenset(
        _SEE
        | {_P.CORRECT, _P.REPEAT, _P.REWORK, _P.CLOSE_ORDERS}
        | {_P.PLACE_HOLDS, _P.RELEASE_HOLDS, _P.RECEIVE_UNITS, _P.RELEASE_LOTS, _P.STAGE_LOTS, _P.CALIBRATE_ASSETS}
        | {_P.CALL_HELP, _P.ANSWER_HELP, _P.MOVE_ASSETS, _P.MOVE_CONTAINERS}
        | {_P.RELEASE_QUALITY_HOLDS, _P.OVERRIDE_GATES, _P.GRANT_PERMITS}
        | {_P.VIEW_MASTER_DATA, _P.RELEASE_MASTER_DATA, _P.VIEW_LEDGER}
    ),
    Role.ENGINEER: frozenset(
        _SEE
        | {_P.VIEW_MASTER_DATA, _P.DRAFT_MASTER_DATA, _P.EDIT_EQUIPMENT, _P.CALIBRATE_ASSETS, _P.MOVE_ASSETS}
        | {_P.CALL_HELP, _P.ANSWER_HELP, _P.IMPORT_PLANT, _P.CONNECT_MACHINES, _P.WRITE_MACHINES, _P.VIEW_METRICS}
    ),
    Role.PLANNER: frozenset(_SEE | {_P.IMPORT_ORDERS, _P.RELEASE_ORDERS, _P.VIEW_MASTER_DATA, _P.PLAN_JOBS}),
    Role.AUDITOR: frozenset(_SEE | {_P.VIEW_MASTER_DATA, _P.VIEW_PEOPLE, _P.VIEW_LEDGER}),
    Role.ADMINISTRATOR: frozenset(
        _SEE
        | {_P.VIEW_MASTER_DATA, _P.VIEW_PEOPLE, _P.EDIT_PEOPLE, _P.EDIT_EQUIPMENT, _P.REGISTER_STATIONS}
        | {_P.GRANT_QUALIFICATIONS, _P.IMPORT_PLANT, _P.VIEW_LEDGER, _P.CONNECT_MACHINES, _P.VIEW_METRICS}
    ),
    Role.INTEGRATION: frozenset(
        _SEE
        | {_P.IMPORT_ORDERS, _P.RELEASE_ORDERS, _P.WORK, _P.PLACE_HOLDS, _P.RECEIVE_UNITS, _P.STAGE_LOTS}
        | {_P.SPLIT_LOTS, _P.REPEAT, _P.MOVE_CONTAINERS, _P.VIEW_METRICS}
    ),
}


def permissions_of(roles: list[str]) -> frozenset[Permission]:
    """All rights of somebody with these roles."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles)) if roles else frozenset()


# Who may see and who may change an app's records in the administration pages.
_ADMINISTRATION: dict[str, tuple[Permission, Permission | None]] = {
    "orders": (_P.VIEW_MASTER_DATA, _P.DRAFT_MASTER_DATA),
    "equipment": (_P.VIEW_MASTER_DATA, _P.EDIT_EQUIPMENT),
    "personnel": (_P.VIEW_PEOPLE, _P.EDIT_PEOPLE),
    "genealogy": (_P.VIEW_MASTER_DATA, _P.RECEIVE_UNITS),
    "wip": (_P.VIEW_MASTER_DATA, None),
    "audit": (_P.VIEW_LEDGER, None),
}
# Records of an app that need a right of their own to be changed.
_CHANGED_BY: dict[tuple[str, str], Permission] = dict.fromkeys(
    (("equipment", model) for model in ("connection", "securityprofile", "tag", "statecondition", "stateterm")),
    _P.CONNECT_MACHINES,
)


def administration_permission(django_permission: str) -> Permission | None:
    """Our permission behind Django's "app.action_model" in the administration pages; None: nobody."""
    app_label, _, codename = django_permission.partition(".")
    see, change = _ADMINISTRATION.get(app_label, (None, None))
    action, _, model = codename.partition("_")
    return see if action == "view" else _CHANGED_BY.get((app_label, model), change)
