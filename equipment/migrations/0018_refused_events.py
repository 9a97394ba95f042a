import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from mes.kernel.constraints import both_or_neither
from mes.kernel.schema import AtOnce

# What waits for somebody, kept beside the bookings: their history only grows, and of a refused event it says only by
# what is not in it that it still waits.
FOLLOW = """
CREATE FUNCTION refused_event_follows_its_bookings() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.result = 'REFUSED' THEN
        INSERT INTO equipment_refusedevent (event_id, site_id, station_id, booking_id, since)
        SELECT event.id, event.site_id, event.station_id, NEW.id, min(booking.at)
        FROM equipment_machineevent event JOIN equipment_eventbooking booking ON booking.event_id = event.id
        WHERE event.id = NEW.event_id GROUP BY event.id HAVING bool_and(booking.result = 'REFUSED')
        ON CONFLICT (event_id) DO UPDATE SET booking_id = excluded.booking_id;
    ELSE
        DELETE FROM equipment_refusedevent WHERE event_id = NEW.event_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refused_event_follows_its_bookings AFTER INSERT ON equipment_eventbooking
    FOR EACH ROW EXECUTE FUNCTION refused_event_follows_its_bookings();

INSERT INTO equipment_refusedevent (event_id, site_id, station_id, booking_id, since)
SELECT DISTINCT ON (event.id) event.id, event.site_id, event.station_id, booking.id,
    min(booking.at) OVER (PARTITION BY event.id)
FROM equipment_eventbooking booking JOIN equipment_machineevent event ON event.id = booking.event_id
WHERE NOT EXISTS (
    SELECT FROM equipment_eventbooking better WHERE better.event_id = event.id AND better.result <> 'REFUSED')
ORDER BY event.id, booking.sequence DESC;
"""
FOLLOW_NO_MORE = """
DROP TRIGGER refused_event_follows_its_bookings ON equipment_eventbooking;
DROP FUNCTION refused_event_follows_its_bookings();
"""
RESULTS = [
    ("BOOKED", "Booked"),
    ("NOTED", "Noted, nothing to book"),
    ("REFUSED", "Refused"),
    ("SETTLED", "Settled, not to be booked"),
]
SETTLEMENTS = [
    ("BY_HAND", "Booked by hand"),
    ("NO_PRODUCTION", "No production: a test, a setup, a wrong count"),
    ("OTHER", "Another reason"),
]
IS_SETTLED = Q(result="SETTLED")


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0017_write_bounds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            [
                migrations.AddField(
                    model_name="eventbooking",
                    name="settlement",
                    field=models.CharField(blank=True, choices=SETTLEMENTS, default="", max_length=13),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="eventdue",
                    name="asked_by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="eventbooking",
                    name="result",
                    field=models.CharField(choices=RESULTS, max_length=8),
                ),
                migrations.AddConstraint(
                    model_name="eventbooking",
                    constraint=models.CheckConstraint(
                        condition=both_or_neither(IS_SETTLED, ~Q(settlement="")),
                        name="event_settled_as_what",
                        violation_error_message="An event that is settled says as what.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="eventbooking",
                    constraint=models.CheckConstraint(
                        condition=~IS_SETTLED | Q(by__isnull=False),
                        name="event_settled_by_whom",
                        violation_error_message="An event is settled by a person.",
                    ),
                ),
                migrations.AlterConstraint(
                    model_name="eventbooking",
                    name="event_booked_once",
                    constraint=models.UniqueConstraint(
                        condition=~Q(result="REFUSED"),
                        fields=("event",),
                        name="event_booked_once",
                        violation_error_message="This event is booked already, or settled.",
                    ),
                ),
                migrations.CreateModel(
                    name="RefusedEvent",
                    fields=[
                        (
                            "event",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="refusal",
                                serialize=False,
                                to="equipment.machineevent",
                            ),
                        ),
                        ("since", models.DateTimeField()),
                        *(
                            (
                                name,
                                models.ForeignKey(
                                    on_delete=django.db.models.deletion.PROTECT, related_name=related, to=to
                                ),
                            )
                            for name, related, to in (
                                ("booking", "+", "equipment.eventbooking"),
                                ("site", "+", "equipment.site"),
                                ("station", "refused_events", "equipment.station"),
                            )
                        ),
                    ],
                ),
                migrations.RunSQL(FOLLOW, FOLLOW_NO_MORE),
            ]
        ),
    ]
