"""Forms between the browser and the use cases, which do all the checking."""

from registry.kernel.faults import Invalid


def faults_by_path(invalid: Invalid) -> dict[str, list[str]]:
    """The messages of a refusal by field, for the macros of registry/macros.html."""
    faults: dict[str, list[str]] = {}
    for field in invalid.fields:
        faults.setdefault(field.path, []).append(field.message)
    return faults or {"": [invalid.title]}
