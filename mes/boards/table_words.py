"""What refusals call the states and verbs of the status tables, for the catalogue: tables have codes, no sentences.

Each word is marked here, once, and translated where a refusal is made (mes.kernel.transitions).
"""

from django.utils.translation import gettext_noop

STATES = (
    gettext_noop("not there yet"),
    gettext_noop("approved"),
    gettext_noop("completed"),
    gettext_noop("consumed"),
    gettext_noop("done"),
    gettext_noop("draft"),
    gettext_noop("finished"),
    gettext_noop("in process"),
    gettext_noop("obsolete"),
    gettext_noop("open"),
    gettext_noop("quarantined"),
    gettext_noop("released"),
    gettext_noop("returned"),
    gettext_noop("running"),
    gettext_noop("scrapped"),
    gettext_noop("taken"),
)
# As a refusal says what can't be done, and as it lists what can.
VERBS = (
    gettext_noop("approve"),
    gettext_noop("begin"),
    gettext_noop("book"),
    gettext_noop("call"),
    gettext_noop("complete"),
    gettext_noop("consume"),
    gettext_noop("create"),
    gettext_noop("draft"),
    gettext_noop("finish"),
    gettext_noop("place"),
    gettext_noop("receive"),
    gettext_noop("receive in quarantine"),
    gettext_noop("receive_in_quarantine"),
    gettext_noop("record"),
    gettext_noop("reject"),
    gettext_noop("release"),
    gettext_noop("release lot"),
    gettext_noop("release_lot"),
    gettext_noop("retire"),
    gettext_noop("return to supplier"),
    gettext_noop("return_to_supplier"),
    gettext_noop("scrap"),
    gettext_noop("send back"),
    gettext_noop("send_back"),
    gettext_noop("start"),
    gettext_noop("take"),
    gettext_noop("take over"),
    gettext_noop("take_over"),
)
