"""Wiring: the addresses of the REST API. See docs/api.md."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from equipment.api import (
    Areas,
    Assets,
    CalibrateAsset,
    FinishHelpCall,
    HelpCalls,
    OneAsset,
    OverhaulAsset,
    PlaceAsset,
    Reasons,
    RestoreAsset,
    RetireAsset,
    Stations,
    TakeHelpCall,
)
from equipment.calendars.api import Calendars, WorkCenterShifts
from equipment.command_api import CancelMachineCommand, MachineCommands, OneMachineCommand
from equipment.reason_api import OneReasonTree, ReasonTrees, ReleaseReasonTree, WriteReasonTree
from genealogy.api import Lots, OneLot, RejectLot, ReleaseLot, ReturnLot, StageLot, UnstageLot
from genealogy.container_api import Containers, LoadContainer, MoveContainer, OneContainer, UnloadContainer
from mes.boards.api import Gates, OrderWhyNot, Refusals, UnitWhyNot
from mes.boards.machine_api import Connections, Machines, MachineStates, MachineTrend, OneConnection, OneMachine
from mes.erp.api import CancelWorkOrder, CloseWorkOrder, OneWorkOrder, ReleaseWorkOrder, WorkOrders
from mes.erp.redline_api import ApplyRedline, OrderRedlines
from mes.kernel.refusals import NotFound
from mes.people.api import (
    DisablePerson,
    EnablePerson,
    OnePerson,
    People,
    PersonQualifications,
    Qualifications,
    UnlockPerson,
    WithdrawQualification,
)
from mes.people.labor_api import ClaimLabor, CorrectLabor, Labor
from mes.plantfiles.api import PlantFiles
from mes.station.api.batches import Batches, CompleteBatch, OneBatch, RecordBatch, TakeOverBatch
from mes.station.api.browsers import RemoveBrowser, StationBrowsers, UnlockBrowser
from mes.station.api.clearances import LineClearances
from mes.station.api.files import Files, OneFile
from mes.station.api.instructions import ConfirmInstruction, ReadInstruction
from mes.station.api.labor import (
    HandOverOperation,
    JoinOperation,
    LeaveOperation,
    PauseOperation,
    ResumeOperation,
    TakeOverOperation,
)
from mes.station.api.lots import MergeLots, SplitLot
from mes.station.api.machine_events import (
    BookMachineEvent,
    BookMachineEvents,
    MachineEvents,
    SettleMachineEvents,
)
from mes.station.api.machines import PrepareMachine
from mes.station.api.notes import HandoverNotes, TakeHandoverNote
from mes.station.api.operations import BookPart, CompleteOperation, RecordSteps, StartOperation, UndoOperation
from mes.station.api.queues import MovePin, Pins, RemovePin, StationQueue
from mes.station.api.reworks import CancelRework, SkipOperation, UnitReworks
from mes.station.api.schedules import Schedule, ScheduleMoves, ScheduleProposal, ScheduleRemovals
from mes.station.api.units import UnitAtWork, Units
from orders.api import (
    ApproveRevision,
    CopyRevision,
    EndEffectivity,
    InsertStandard,
    Instructions,
    OneProduct,
    OneProductRevision,
    OneRevision,
    OneRouting,
    Products,
    ProductTree,
    ReleaseRevision,
    RetireRevision,
    RevisionDifferences,
    Routings,
    SendBackRevision,
    WhereUsed,
)
from wip.api import ClosePermit, Exceptions, HoldImpact, Holds, OnePermit, Permits, ReleaseHold


class NothingHere(APIView):
    """Any other address below /api/: a problem, not a page."""

    permission_classes = [AllowAny]
    schema = None

    def initial(self, request, *args, **kwargs):
        raise NotFound("There is nothing at this address.", do="See /api/v1/openapi.json.")


# A product's code may have a slash, and so the numbers made from it: what says more stands ahead of what says less.
_UNIT = "v1/units/<path:serial>"
_OPERATION = f"{_UNIT}/operations/<str:code>"

_REVISION = "v1/revisions/<slug:kind>/<uuid:key>"

urlpatterns = [
    path("v1/openapi.json", SpectacularJSONAPIView.as_view(), name="api_openapi"),
    path("v1/work-orders", WorkOrders.as_view(), name="api_work_orders"),
    path("v1/work-orders/<str:erp_reference>", OneWorkOrder.as_view(), name="api_work_order"),
    path("v1/work-orders/<str:erp_reference>/cancel", CancelWorkOrder.as_view(), name="api_work_order_cancel"),
    path("v1/work-orders/<str:erp_reference>/close", CloseWorkOrder.as_view(), name="api_work_order_close"),
    path("v1/work-orders/<str:erp_reference>/release", ReleaseWorkOrder.as_view(), name="api_work_order_release"),
    path("v1/work-orders/<str:erp_reference>/why-not", OrderWhyNot.as_view(), name="api_work_order_why_not"),
    path("v1/work-orders/<str:erp_reference>/redlines", OrderRedlines.as_view(), name="api_redlines"),
    path(
        "v1/work-orders/<str:erp_reference>/redlines/<int:redline>/apply",
        ApplyRedline.as_view(),
        name="api_redline_apply",
    ),
    path("v1/units", Units.as_view(), name="api_units"),
    path(f"{_UNIT}/why-not", UnitWhyNot.as_view(), name="api_unit_why_not"),
    path(f"{_UNIT}/split", SplitLot.as_view(), name="api_lot_split"),
    path(f"{_UNIT}/merge", MergeLots.as_view(), name="api_lot_merge"),
    path(f"{_OPERATION}/start", StartOperation.as_view(), name="api_operation_start"),
    path(f"{_OPERATION}/skip", SkipOperation.as_view(), name="api_operation_skip"),
    path(f"{_OPERATION}/record", RecordSteps.as_view(), name="api_operation_record"),
    path(f"{_OPERATION}/book", BookPart.as_view(), name="api_operation_book"),
    path(f"{_OPERATION}/undo", UndoOperation.as_view(), name="api_operation_undo"),
    path(f"{_OPERATION}/pause", PauseOperation.as_view(), name="api_operation_pause"),
    path(f"{_OPERATION}/resume", ResumeOperation.as_view(), name="api_operation_resume"),
    path(f"{_OPERATION}/join", JoinOperation.as_view(), name="api_operation_join"),
    path(f"{_OPERATION}/leave", LeaveOperation.as_view(), name="api_operation_leave"),
    path(f"{_OPERATION}/hand-over", HandOverOperation.as_view(), name="api_operation_hand_over"),
    path(f"{_OPERATION}/take-over", TakeOverOperation.as_view(), name="api_operation_take_over"),
    path(f"{_OPERATION}/complete", CompleteOperation.as_view(), name="api_operation_complete"),
    path(f"{_UNIT}/rework", UnitReworks.as_view(), name="api_unit_rework"),
    path("v1/reworks/<str:number>/cancel", CancelRework.as_view(), name="api_rework_cancel"),
    path(_UNIT, UnitAtWork.as_view(), name="api_unit"),
    path("v1/batches", Batches.as_view(), name="api_batches"),
    path("v1/batches/<str:number>", OneBatch.as_view(), name="api_batch"),
    path("v1/batches/<str:number>/record", RecordBatch.as_view(), name="api_batch_record"),
    path("v1/batches/<str:number>/take-over", TakeOverBatch.as_view(), name="api_batch_take_over"),
    path("v1/batches/<str:number>/complete", CompleteBatch.as_view(), name="api_batch_complete"),
    path("v1/containers", Containers.as_view(), name="api_containers"),
    path("v1/containers/<str:code>", OneContainer.as_view(), name="api_container"),
    path("v1/containers/<str:code>/load", LoadContainer.as_view(), name="api_container_load"),
    path("v1/containers/<str:code>/unload", UnloadContainer.as_view(), name="api_container_unload"),
    path("v1/containers/<str:code>/move", MoveContainer.as_view(), name="api_container_move"),
    path("v1/lots", Lots.as_view(), name="api_lots"),
    path("v1/lots/<path:serial>/release", ReleaseLot.as_view(), name="api_lot_release"),
    path("v1/lots/<path:serial>/reject", RejectLot.as_view(), name="api_lot_reject"),
    path("v1/lots/<path:serial>/return", ReturnLot.as_view(), name="api_lot_return"),
    path("v1/lots/<path:serial>/stage", StageLot.as_view(), name="api_lot_stage"),
    path("v1/lots/<path:serial>/unstage", UnstageLot.as_view(), name="api_lot_unstage"),
    path("v1/lots/<path:serial>", OneLot.as_view(), name="api_lot"),
    path("v1/line-clearances", LineClearances.as_view(), name="api_line_clearances"),
    path("v1/areas", Areas.as_view(), name="api_areas"),
    path("v1/stations", Stations.as_view(), name="api_stations"),
    path("v1/stations/<str:code>/queue", StationQueue.as_view(), name="api_station_queue"),
    path("v1/station-browsers", StationBrowsers.as_view(), name="api_station_browsers"),
    path("v1/station-browsers/<uuid:key>/unlock", UnlockBrowser.as_view(), name="api_station_browser_unlock"),
    path("v1/station-browsers/<uuid:key>/remove", RemoveBrowser.as_view(), name="api_station_browser_remove"),
    path("v1/handover-notes", HandoverNotes.as_view(), name="api_handover_notes"),
    path("v1/handover-notes/<uuid:key>/take", TakeHandoverNote.as_view(), name="api_handover_note_take"),
    path("v1/stations/<str:code>/pins", Pins.as_view(), name="api_pins"),
    path("v1/schedule", Schedule.as_view(), name="api_schedule"),
    path("v1/schedule/moves", ScheduleMoves.as_view(), name="api_schedule_moves"),
    path("v1/schedule/removals", ScheduleRemovals.as_view(), name="api_schedule_removals"),
    path("v1/schedule/proposal", ScheduleProposal.as_view(), name="api_schedule_proposal"),
    path("v1/pins/<uuid:pin>/move", MovePin.as_view(), name="api_pin_move"),
    path("v1/pins/<uuid:pin>/remove", RemovePin.as_view(), name="api_pin_remove"),
    path("v1/assets", Assets.as_view(), name="api_assets"),
    path("v1/assets/<str:asset>", OneAsset.as_view(), name="api_asset"),
    path("v1/assets/<str:asset>/place", PlaceAsset.as_view(), name="api_asset_place"),
    path("v1/assets/<str:asset>/overhaul", OverhaulAsset.as_view(), name="api_asset_overhaul"),
    path("v1/assets/<str:asset>/retire", RetireAsset.as_view(), name="api_asset_retire"),
    path("v1/assets/<str:asset>/restore", RestoreAsset.as_view(), name="api_asset_restore"),
    path("v1/assets/<str:asset>/calibrate", CalibrateAsset.as_view(), name="api_asset_calibrate"),
    path("v1/reasons", Reasons.as_view(), name="api_reasons"),
    path("v1/reason-trees", ReasonTrees.as_view(), name="api_reason_trees"),
    path("v1/reason-trees/<uuid:key>", OneReasonTree.as_view(), name="api_reason_tree"),
    path("v1/reason-trees/<uuid:key>/write", WriteReasonTree.as_view(), name="api_reason_tree_write"),
    path("v1/reason-trees/<uuid:key>/release", ReleaseReasonTree.as_view(), name="api_reason_tree_release"),
    path("v1/machine-commands", MachineCommands.as_view(), name="api_machine_commands"),
    path("v1/machine-commands/<str:command>", OneMachineCommand.as_view(), name="api_machine_command"),
    path("v1/machine-commands/<str:command>/cancel", CancelMachineCommand.as_view(), name="api_machine_command_cancel"),
    path("v1/machine-preparations", PrepareMachine.as_view(), name="api_machine_preparations"),
    path("v1/machine-events", MachineEvents.as_view(), name="api_machine_events"),
    path("v1/machine-events/book", BookMachineEvents.as_view(), name="api_machine_events_book"),
    path("v1/machine-events/settle", SettleMachineEvents.as_view(), name="api_machine_events_settle"),
    path("v1/machine-events/<int:event>/book", BookMachineEvent.as_view(), name="api_machine_event_book"),
    path("v1/help-calls", HelpCalls.as_view(), name="api_help_calls"),
    path("v1/help-calls/<str:call>/take", TakeHelpCall.as_view(), name="api_help_call_take"),
    path("v1/help-calls/<str:call>/finish", FinishHelpCall.as_view(), name="api_help_call_finish"),
    path("v1/files", Files.as_view(), name="api_files"),
    path("v1/files/<str:digest>", OneFile.as_view(), name="api_file"),
    path("v1/holds", Holds.as_view(), name="api_holds"),
    path("v1/holds/preview", HoldImpact.as_view(), name="api_hold_preview"),
    path("v1/holds/<str:number>/release", ReleaseHold.as_view(), name="api_hold_release"),
    path("v1/permits", Permits.as_view(), name="api_permits"),
    path("v1/permits/<str:number>", OnePermit.as_view(), name="api_permit"),
    path("v1/permits/<str:number>/close", ClosePermit.as_view(), name="api_permit_close"),
    path("v1/exceptions", Exceptions.as_view(), name="api_exceptions"),
    path("v1/products", Products.as_view(), name="api_products"),
    path("v1/products/<path:code>/where-used", WhereUsed.as_view(), name="api_where_used"),
    path("v1/products/<path:code>/revisions/<path:rev>/tree", ProductTree.as_view(), name="api_product_tree"),
    path("v1/products/<path:code>/revisions/<path:rev>", OneProductRevision.as_view(), name="api_product_revision"),
    path("v1/products/<path:code>", OneProduct.as_view(), name="api_product"),
    path("v1/routings", Routings.as_view(), name="api_routings"),
    path("v1/routings/<uuid:key>", OneRouting.as_view(), name="api_routing"),
    path("v1/instructions", Instructions.as_view(), name="api_instructions"),
    path("v1/instructions/<uuid:key>", ReadInstruction.as_view(), name="api_instruction"),
    path("v1/instructions/<uuid:key>/confirm", ConfirmInstruction.as_view(), name="api_instruction_confirm"),
    path(_REVISION, OneRevision.as_view(), name="api_revision"),
    path(f"{_REVISION}/differences", RevisionDifferences.as_view(), name="api_revision_differences"),
    path(f"{_REVISION}/approve", ApproveRevision.as_view(), name="api_revision_approve"),
    path(f"{_REVISION}/release", ReleaseRevision.as_view(), name="api_revision_release"),
    path(f"{_REVISION}/send-back", SendBackRevision.as_view(), name="api_revision_send_back"),
    path(f"{_REVISION}/retire", RetireRevision.as_view(), name="api_revision_retire"),
    path(f"{_REVISION}/end-effectivity", EndEffectivity.as_view(), name="api_revision_end_effectivity"),
    path(f"{_REVISION}/copy", CopyRevision.as_view(), name="api_revision_copy"),
    path(f"{_REVISION}/insert", InsertStandard.as_view(), name="api_revision_insert"),
    path("v1/labor", Labor.as_view(), name="api_labor"),
    path("v1/labor/<uuid:key>/claim", ClaimLabor.as_view(), name="api_labor_claim"),
    path("v1/labor/<uuid:key>/correct", CorrectLabor.as_view(), name="api_labor_correct"),
    path("v1/people", People.as_view(), name="api_people"),
    path("v1/people/<str:username>", OnePerson.as_view(), name="api_person"),
    path("v1/people/<str:username>/disable", DisablePerson.as_view(), name="api_person_disable"),
    path("v1/people/<str:username>/enable", EnablePerson.as_view(), name="api_person_enable"),
    path("v1/people/<str:username>/unlock", UnlockPerson.as_view(), name="api_person_unlock"),
    path("v1/people/<str:username>/qualifications", PersonQualifications.as_view(), name="api_person_qualifications"),
    path(
        "v1/people/<str:username>/qualifications/<str:code>/withdraw",
        WithdrawQualification.as_view(),
        name="api_qualification_withdraw",
    ),
    path("v1/plant-files", PlantFiles.as_view(), name="api_plant_files"),
    path("v1/qualifications", Qualifications.as_view(), name="api_qualifications"),
    path("v1/machines", Machines.as_view(), name="api_machines"),
    path("v1/machines/<str:site>/<str:code>", OneMachine.as_view(), name="api_machine"),
    path("v1/machines/<str:site>/<str:code>/states", MachineStates.as_view(), name="api_machine_states"),
    path("v1/machines/<str:site>/<str:code>/trend", MachineTrend.as_view(), name="api_machine_trend"),
    path("v1/connections", Connections.as_view(), name="api_connections"),
    path("v1/connections/<str:site>/<str:code>", OneConnection.as_view(), name="api_connection"),
    path("v1/gates", Gates.as_view(), name="api_gates"),
    path("v1/refusals", Refusals.as_view(), name="api_refusals"),
    path("v1/calendars", Calendars.as_view(), name="api_calendars"),
    path("v1/work-centers/<str:code>/shifts", WorkCenterShifts.as_view(), name="api_work_center_shifts"),
    re_path("", NothingHere.as_view(), name="api_nothing_here"),
]
