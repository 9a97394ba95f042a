"""Settings that hold everywhere. What differs comes from the environment; demo, test and production add to this."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF

from mes.settings.database import APPLICATION_LIMITS_MS, OWNER_LIMITS_MS, database, user_of

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS: list[str] = []
ROOT_URLCONF = "mes.urls"
WSGI_APPLICATION = "mes.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # ours first: a command or template of ours wins over one of theirs
    "mes.kernel.audit",
    "mes.kernel.personnel",
    "mes.kernel.idempotency",
    "equipment",
    "orders",
    "genealogy",
    "wip",
    "quality",
    "mes.station",
    "mes.erp",
    "mes.plantfiles",
    "mes.boards",
    "mes.people",
    "mes.demo",
    "mes.administration.apps.Administration",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "simple_history",
    "rest_framework",
    "drf_spectacular",
    "csp",
]

MIDDLEWARE = [
    "mes.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mes.content_policy.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "mes.kernel.refusals.RefusalMiddleware",
    "mes.plant_times.PlantTimesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["mes.kernel.pieces"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "mes.boards.context.navigation",
            ],
        },
    },
]

FORM_RENDERER = "mes.kernel.choices.FlatChoices"

# --- Database: two roles. The owner migrates, the application can neither alter tables nor delete records.
DATABASE_URL = env.str("DATABASE_URL")
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default=DATABASE_URL)
MES_DATABASE_ROLE = env.str("MES_DATABASE_ROLE", default="application")
# Whom `migrate` grants the application's rights to; empty where one role does both.
MES_APPLICATION_ROLE = "" if user_of(DATABASE_URL) == user_of(DATABASE_OWNER_URL) else user_of(DATABASE_URL)
DATABASES = {
    "default": database(DATABASE_OWNER_URL, limits_ms=OWNER_LIMITS_MS)
    if MES_DATABASE_ROLE == "owner"
    else database(
        DATABASE_URL,
        limits_ms=APPLICATION_LIMITS_MS,
        pool_size=env.int("MES_DATABASE_POOL", default=0),
    )
}
ATOMIC_REQUESTS = False  # the door (mes.kernel.door) opens the transaction, only where something is written

# --- People
AUTH_USER_MODEL = "personnel.Person"
AUTHENTICATION_BACKENDS = ["mes.kernel.personnel.backends.RoleBackend"]
PASSWORD_HASHERS = [  # scrypt: as slow as a guess has to be, a third of PBKDF2's wait for a person at a station
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "mes.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- Language and time: stored in UTC, shown in the plant's zone by the pages
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
# A language joins with its catalogue in locale/: without one a page would be half Django's German, half our English.
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["mes.formats"]

# --- Static files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static_collected"
STATICFILES_DIRS = [BASE_DIR / "static"]

# --- Uploaded files (step pictures): beside the data, served by the station's view alone
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(Path(env.str("MES_HOME", default=str(BASE_DIR / "var"))) / "media"))
MEDIA_URL = "station/pictures/"

# Where browsers listen to the events program: behind a proxy an address of the same origin, else all of it.
MES_EVENTS_URL = env.str("MES_EVENTS_URL", default="/events/")

# --- Content-Security-Policy: no inline script or style. The administration pages: see mes/content_policy.py.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF, MES_EVENTS_URL] if "://" in MES_EVENTS_URL else [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# --- REST: JSON only, problem+json for everything refused
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "mes.kernel.personnel.tokens.TokenAuthentication",  # first: its challenge makes "nobody" a 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "mes.kernel.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Plantwright",
    "DESCRIPTION": "Manufacturing execution: orders, units, operations and their record.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "orders.status.OrderStatus",
        "UnitStatus": "genealogy.status.UnitStatus",
        "ExecutionStatus": "wip.status.ExecutionStatus",
        "HoldStatus": "wip.status.HoldStatus",
        "DispatchRule": "equipment.status.DispatchRule",
        "ReworkStatus": "wip.status.ReworkStatus",
        "RevisionStatus": "orders.status.RevisionStatus",
        "CallStatus": "equipment.status.CallStatus",
        "CallKind": "equipment.status.CallKind",
        "BookingResult": "equipment.status.BookingResult",
        "CalibrationResult": "equipment.status.CalibrationResult",
        "CommandStatus": "equipment.status.CommandStatus",
        "AssetKind": "equipment.status.AssetKind",
        "MachineState": "equipment.status.MachineState",
        "LinkState": "equipment.status.LinkState",
        "ConnectionKind": "equipment.status.ConnectionKind",
        "ReasonKind": "equipment.status.ReasonKind",
        "CalendarChange": "equipment.status.CalendarChange",
        "StepKind": "orders.models.StepKind",
        "Meaning": "mes.kernel.audit.models.Meaning",
    },
}

# --- Background work. Due times are rows that beat's tasks sweep; what must not be lost goes through an outbox row.
REDIS_URL = env.str("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker that gave up would end, and a collector with it
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 10, "socket_connect_timeout": 2}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False  # a person waits for the page: a missing broker is an answer, not a pause
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5  # seconds; also the rhythm of beat's heartbeat
CELERY_BEAT_SCHEDULER = "mes.heartbeats:BeatingScheduler"
CELERY_BEAT_SCHEDULE = {
    "forget-old-keys": {
        "task": "mes.kernel.idempotency.tasks.forget_old_keys",
        "schedule": 3600.0,
    },
    "remove-unrecorded-files": {
        "task": "wip.tasks.remove_unrecorded_files",
        "schedule": 3600.0,
    },
    "note-late-units": {
        "task": "wip.tasks.note_late_units",
        "schedule": 60.0,
    },
    "withdraw-permissions": {
        "task": "wip.tasks.withdraw_permissions",
        "schedule": 20.0,
    },
    "make-partitions": {
        "task": "equipment.tasks.make_partitions",
        "schedule": 3600.0,
    },
    "drop-old-partitions": {
        "task": "equipment.tasks.drop_old_partitions",
        "schedule": 24 * 3600.0,
    },
    "purge-quarantine": {
        "task": "equipment.tasks.purge_quarantine",
        "schedule": 3600.0,
    },
    "roll-up-samples": {
        "task": "equipment.tasks.roll_up_samples",
        "schedule": 15.0,
    },
    "book-machine-events": {
        "task": "mes.station.tasks.book_machine_events",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "call-for-refused-events": {
        "task": "mes.station.tasks.call_for_refused_events",
        "schedule": 30.0,
    },
}

# --- Plantwright
MES_DEMO = False
MES_DEMO_MACHINES = False
# Whose signs of life /healthz asks for, beside database and broker: of worker, collector, beat, events.
MES_PROGRAMS = env.list("MES_PROGRAMS", default=["worker", "beat", "events"])
# Streams that one events program keeps open; each is a file, and by default a process may have 1,024.
MES_EVENTS_STREAMS = env.int("MES_EVENTS_STREAMS", default=900)
# How long somebody may take back what they did themselves; from then on it is a correction, by who may make one.
MES_UNDO_SECONDS = env.int("MES_UNDO_SECONDS", default=600)
# Whether this worker collects from machines, beside its tasks; and the folder of its own, kept between its runs, where
# it keeps what the database does not have yet.
MES_COLLECT = env.bool("MES_COLLECT", default=False)
MES_SPOOL = Path(env.str("MES_SPOOL", default=str(BASE_DIR / "var" / "spool")))
# After this time without a sign of life a collector's connections are another's; how long a value waits to be stored.
MES_COLLECTOR_LEASE_S = env.float("MES_COLLECTOR_LEASE_S", default=3.0)
MES_COLLECTOR_FLUSH_S = env.float("MES_COLLECTOR_FLUSH_S", default=0.1)
MES_COLLECTOR_MOST_CONNECTIONS = env.int("MES_COLLECTOR_MOST_CONNECTIONS", default=200)
# What waits for the database: in memory, and altogether on disk, where the rest of it is.
MES_COLLECTOR_MOST_BYTES = env.int("MES_COLLECTOR_MOST_BYTES", default=256_000_000)
MES_COLLECTOR_MOST_ON_DISK = env.int("MES_COLLECTOR_MOST_ON_DISK", default=2_000_000_000)
# For how long samples and their rollups are kept, 30 days at least, and rows that the database refused; what is on
# record has its own copy.
MES_SAMPLES_KEPT_DAYS = env.int("MES_SAMPLES_KEPT_DAYS", default=90)
MES_ROLLUPS_KEPT_DAYS = env.int("MES_ROLLUPS_KEPT_DAYS", default=730)
MES_QUARANTINE_KEPT_DAYS = env.int("MES_QUARANTINE_KEPT_DAYS", default=30)
# The process gates, in order, as dotted paths to `gate(facts) -> Verdict | None`; a plant adds a line.
MES_GATES = [
    "orders.gates.order_released",
    "wip.gates.unit_in_process",
    "wip.gates.no_open_hold",
    "wip.gates.operation_not_begun",
    "wip.rework_gates.operation_on_its_way",
    "wip.gates.station_is_the_jobs",
    "wip.gates.execution_is_yours",
    "wip.gates.station_fits",
    "wip.gates.line_cleared",
    "wip.gates.predecessors_done",
    "wip.lot_gates.upstream_ready",
    "wip.lot_gates.upstream_ended",
    "wip.rework_gates.attempts_left",
    "wip.rework_gates.previous_test_passed",
    "wip.queue_times.minimum_time_gone_by",
    "wip.queue_times.maximum_time_not_exceeded",
    "wip.lot_gates.not_in_a_batch",
    "wip.lot_gates.batch_fits",
    "wip.lot_gates.container_complete",
    "mes.kernel.personnel.gates.operator_qualified",
    "orders.gates.instruction_read",
    "equipment.gates.asset_at_station",
    "equipment.gates.asset_calibrated",
    "equipment.gates.asset_has_life",
    "equipment.gates.taken_asset_still_fit",
    "equipment.gates.machine_ready",
    "wip.machine_gates.machine_prepared",
    "genealogy.gates.component_known",
    "genealogy.gates.component_is_right_part",
    "genealogy.gates.component_is_right_revision",
    "genealogy.gates.component_released",
    "wip.gates.component_not_on_hold",
    "genealogy.gates.component_not_expired",
    "genealogy.gates.component_staged_here",
    "genealogy.gates.component_available",
    "wip.gates.first_expiry_first",
    "wip.gates.required_steps_recorded",
    "quality.gates.readings_within_limits",
]

# --- Logging: one line a request, key=value
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("MES_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # the request line says it all
        "django.request": {"level": "ERROR"},
    },
}
