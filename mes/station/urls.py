from django.urls import path

from mes.station.views import clearance, files, help, log_on, material, pictures, queue, scan, stations, tools, work

app_name = "station"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("stations/", stations.stations, name="stations"),
    path("stations/<uuid:pk>/register/", stations.register, name="register"),
    path("browsers/<uuid:pk>/remove/", stations.remove, name="remove"),
    path("browsers/<uuid:pk>/unlock/", stations.unlock, name="unlock_browser"),
    path("log-on/", log_on.log_on, name="log_on"),
    path("unlock/", log_on.unlock, name="unlock"),
    path("log-off/", log_on.log_off, name="log_off"),
    path("scan/", scan.scan, name="scan"),
    path("start/", queue.start, name="start"),
    path("why/", queue.why, name="why"),
    path("material/", material.material, name="material"),
    path("material/stage/", material.stage, name="stage"),
    path("material/unstage/", material.unstage, name="unstage"),
    path("clearance/", clearance.clearance, name="clearance"),
    path("tools/", tools.tools, name="tools"),
    path("tools/place/", tools.place, name="tool_place"),
    path("tools/store/", tools.store, name="tool_store"),
    path("help/", help.help_page, name="help"),
    path("help/call/", help.call, name="help_call"),
    path("help/state/", help.state, name="help_state"),
    path("help/<uuid:pk>/finish/", help.finish, name="help_finish"),
    path("work/<uuid:pk>/", work.work, name="work"),
    path("work/<uuid:pk>/record/", work.record, name="record"),
    path("work/<uuid:pk>/book/", work.book, name="book"),
    path("work/<uuid:pk>/complete/", work.complete, name="complete"),
    path("work/<uuid:pk>/take-over/", work.take_over, name="take_over"),
    path("work/<uuid:pk>/hold/", work.hold, name="hold"),
    path("files/<str:digest>", files.file, name="file"),
    path("pictures/<path:path>", pictures.picture, name="picture"),
]
