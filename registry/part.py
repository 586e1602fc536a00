"""What the registry contributes. Alone it is a working application."""

from registry.commands.db import db
from registry.commands.jobs import jobs
from registry.commands.ledger import ledger
from registry.commands.serve import serve
from registry.kernel.jobs import PRUNE
from registry.kernel.part import Part
from registry.kernel.store import Base
from registry.ledger.triggers import TRIGGERS
from registry.web import log

PART = Part(
    name="registry",
    blueprints=(log.blueprint,),
    commands=(
        db,
        serve,
        jobs,
        ledger,
    ),
    jobs=(PRUNE,),
    triggers=TRIGGERS,
    tables=tuple(table for table in Base.metadata.sorted_tables if table.name.startswith("reg_")),
)
