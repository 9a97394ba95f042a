from django.db import migrations

from mes.kernel.schema import AtOnce


class Migration(migrations.Migration):
    """No verb ever signed one."""

    dependencies = [
        ("equipment", "0008_machine_command_of_hold"),
    ]

    operations = [
        AtOnce(
            [
                migrations.RemoveField(model_name="historicalmachinecommand", name="signature"),
                migrations.RemoveField(model_name="machinecommand", name="signature"),
            ]
        ),
    ]
