"""What the registry contributes. Alone it is a working application."""

from registry.commands.ledger import ledger
from registry.kernel.part import Part
from registry.kernel.store import Base
from registry.ledger.triggers import TRIGGERS
from registry.web import log

PART = Part(
    name="registry",
    blueprints=(log.blueprint,),
    commands=(ledger,),
    triggers=TRIGGERS,
    tables=tuple(table for table in Base.metadata.sorted_tables if table.name.startswith("reg_")),
)
