"""The office's addresses."""

from django.contrib.auth.views import LogoutView
from django.urls import path, register_converter

from mes.boards.views import (
    assets,
    batches,
    board,
    calendar,
    connections,
    containers,
    design,
    dispatch,
    exceptions,
    find,
    gates,
    help_calls,
    holds,
    home,
    machine_wall,
    machine_writes,
    machines,
    orders,
    permits,
    reasons,
    receiving,
    records,
    redlines,
    refused_events,
    reworks,
    stock,
    tag_replays,
    tag_tables,
    traveler,
    units,
    why,
)
from mes.boards.views.log_in import LogInView


class Name:
    """A reference, serial or number in an address: anything but a slash and characters that can't be seen."""

    regex = r"[^/\x00-\x1f\x7f]{1,60}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Serial(Name):
    """The number of a unit or lot. It may have a slash, as the product's code may that it begins with."""

    regex = r"[^\x00-\x1f\x7f]{1,60}"


register_converter(Name, "name")
register_converter(Serial, "serial")

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", LogInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
    path("find", find.find, name="find"),
    path("board/", board.first_board, name="boards"),
    path("board/<name:site>/<name:code>/", board.board, name="board"),
    path("board/<name:site>/<name:code>/plan/", board.plan, name="board_plan"),
    path("board/<name:site>/<name:code>/propose/", board.propose, name="board_propose"),
    path("board/<name:site>/<name:code>/apply/", board.apply, name="board_apply"),
    path("batches/", batches.batch_list, name="batches"),
    path("batches/<name:number>/", batches.batch_page, name="batch"),
    path("batches/<name:number>/undo/", batches.undo, name="batch_undo"),
    path("calendar/", calendar.week, name="calendar"),
    path("calendar/<name:site>/<name:code>/", calendar.weeks_ahead, name="calendar_ahead"),
    path("dispatch/", dispatch.stations, name="dispatch_stations"),
    path("dispatch/<name:site>/<name:code>/", dispatch.queue, name="dispatch"),
    path("dispatch/<name:site>/<name:code>/pin/", dispatch.pin, name="dispatch_pin"),
    path("gates/", gates.gate_list, name="gates"),
    path("gates/<name:path>/", gates.gate_page, name="gate"),
    path("orders/", orders.order_list, name="orders"),
    path("orders/release/", orders.release_several, name="orders_release"),
    path("orders/<name:erp_reference>/", orders.order_page, name="order"),
    path("orders/<name:erp_reference>/traveler/", traveler.traveler, name="order_traveler"),
    path("orders/<name:erp_reference>/why/", why.order_why, name="order_why"),
    path("orders/<name:erp_reference>/close/", orders.close, name="order_close"),
    path("orders/<name:erp_reference>/release/", orders.release, name="order_release"),
    path("orders/<name:erp_reference>/cancel/", orders.cancel, name="order_cancel"),
    path("orders/<name:erp_reference>/redlines/", redlines.draft, name="order_redline"),
    path("orders/<name:erp_reference>/redlines/<int:redline>/", redlines.apply, name="order_redline_apply"),
    path("orders/<name:erp_reference>/hold/", orders.hold, name="order_hold"),
    path("units/<serial:serial>/why/", why.unit_why, name="unit_why"),
    path("units/<serial:serial>/hold/", units.hold, name="unit_hold"),
    path("units/<serial:serial>/rework/", reworks.send_back, name="unit_send_back"),
    path("units/<serial:serial>/undo/", units.undo, name="unit_undo"),
    path("units/<serial:serial>/", units.unit_page, name="unit"),
    path("reworks/<name:number>/cancel/", reworks.cancel, name="rework_cancel"),
    path("holds/", holds.hold_list, name="holds"),
    path("permits/", permits.permit_list, name="permits"),
    path("permits/grant/", permits.grant, name="permit_grant"),
    path("permits/<name:number>/", permits.permit_page, name="permit"),
    path("permits/<name:number>/close/", permits.close, name="permit_close"),
    path("exceptions/", exceptions.exception_list, name="exceptions"),
    path("holds/new/", holds.new_hold, name="hold_new"),
    path("holds/place/", holds.place, name="holds_place"),
    path("holds/<name:number>/", holds.hold_page, name="hold"),
    path("holds/<name:number>/release/", holds.release, name="hold_release"),
    path("stock/", stock.stock, name="stock"),
    path("stock/receive/", receiving.receive, name="receive"),
    path("stock/stage/", stock.stage, name="lot_stage"),
    path("stock/<serial:serial>/unstage/", stock.unstage, name="lot_unstage"),
    path("stock/<serial:serial>/release/", stock.release, name="lot_release"),
    path("stock/<serial:serial>/reject/", stock.reject, name="lot_reject"),
    path("stock/<serial:serial>/return/", stock.return_to_supplier, name="lot_return"),
    path("stock/<serial:serial>/label/", receiving.label, name="lot_label"),
    path("stock/<serial:serial>/certificate/", receiving.certificate, name="lot_certificate"),
    path("containers/", containers.container_list, name="containers"),
    path("containers/<name:code>/", containers.container_page, name="container"),
    path("containers/<name:code>/load/", containers.load, name="container_load"),
    path("containers/<name:code>/unload/", containers.unload, name="container_unload"),
    path("containers/<name:code>/move/", containers.move, name="container_move"),
    path("assets/", assets.asset_list, name="assets"),
    path("assets/<uuid:pk>/", assets.asset_page, name="asset"),
    path("assets/<uuid:pk>/place/", assets.place, name="asset_place"),
    path("assets/<uuid:pk>/calibrate/", assets.calibrate, name="asset_calibrate"),
    path("assets/<uuid:pk>/overhaul/", assets.overhaul, name="asset_overhaul"),
    path("assets/<uuid:pk>/use/", assets.change_use, name="asset_use"),
    path("calibrations/<uuid:pk>/certificate/", assets.certificate, name="calibration_certificate"),
    path("help-calls/", help_calls.board, name="help_calls"),
    path("help-calls/<uuid:pk>/", help_calls.call_page, name="help_call"),
    path("help-calls/<uuid:pk>/take/", help_calls.take, name="help_call_take"),
    path("help-calls/<uuid:pk>/finish/", help_calls.finish, name="help_call_finish"),
    path("machines/", machines.machine_list, name="machines"),
    path("wall/machines/<name:site>/", machine_wall.machine_wall, name="machine_wall"),
    path("wall/machines/<name:site>/<name:code>/", machine_wall.machine_wall, name="machine_wall_of_center"),
    path("machines/<name:site>/<name:code>/", machines.machine_page, name="machine"),
    path("machines/<name:site>/<name:code>/refused/", refused_events.refused_list, name="machine_refused"),
    path("machines/<name:site>/<name:code>/write/", machine_writes.machine_write, name="machine_write"),
    path("machine-commands/<uuid:pk>/cancel/", machine_writes.cancel_command, name="machine_command_cancel"),
    path("connections/<name:site>/<name:code>/", connections.connection_page, name="connection"),
    path("connections/<name:site>/<name:code>/test/", connections.test_tag, name="connection_test"),
    path("connections/<name:site>/<name:code>/write/", machine_writes.connection_write, name="connection_write"),
    path("connections/<name:site>/<name:code>/replay/", tag_replays.replay_page, name="connection_replay"),
    path("connections/<name:site>/<name:code>/browse/", connections.browse, name="connection_browse"),
    path("connections/<name:site>/<name:code>/nodes/", connections.take_nodes, name="connection_nodes"),
    path("connections/<name:site>/<name:code>/tags.csv", tag_tables.tags_download, name="connection_tags_download"),
    path("connections/<name:site>/<name:code>/tags/", tag_tables.tag_table, name="connection_tags"),
    path("reasons/", reasons.reason_trees, name="reasons"),
    path("design/", design.components, name="design"),
    path("records/", records.record_list, name="records"),
]
