"""The demo and a developer's command line: loopback only, servers and secrets from `mes.embedded`."""

from mes.settings.base import *

MES_DEMO = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS: list[str] = []
# Files are served as they lie in the tree, nothing is collected.
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None
# Where the simulated machines keep what they truly did, and what is ordered to be wrong with them.
MES_MACHINES = Path(env.str("MES_HOME", default=str(BASE_DIR / "var"))) / "machines"
# Whether they run: simulated operators leave to them what they do.
MES_DEMO_MACHINES = env.bool("MES_DEMO_MACHINES", default=True)
