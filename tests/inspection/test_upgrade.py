"""An office that has drawn before upgrades: its selections get their units, and persons can be selected from then on."""

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from registry import migrations
from registry.kernel.store import make_engine

OLD = """
INSERT INTO reg_organisations
  (id, public_id, kind, name, name_key, district, state, state_since, doubts, enrolled_at)
  VALUES
  (1, 'firmaaaaaaaaaaaa', 'law_firm', '明理', '明理', '310101', 'normal', '2001-01-01', '[]', '2026-01-01 00:00:00'),
  (2, 'firmbbbbbbbbbbbb', 'law_firm', '正行', '正行', '310101', 'normal', '2001-01-01', '[]', '2026-01-01 00:00:00');
INSERT INTO insp_matters
  (id, public_id, code, name, content, object_kind, category, method, basis, rate, frequency, valid_from)
  VALUES (1, 'm', 'LS-01', '抽查', '内容', 'law_firm', '一般检查事项', '现场检查', '律师法', '5%', '1 次', '2026-01-01');
INSERT INTO insp_tasks
  (id, public_id, code, title, matter_id, strata, reserve, team, deadline, created_at)
  VALUES (1, 't', '2026-LS-01', '抽查', 1, '[]', 1, '{}', '2026-12-31', '2026-01-01 00:00:00');
INSERT INTO insp_draws
  (id, public_id, task_id, state, as_of, deadline, frame, frame_sha256, frozen_at, frozen_by)
  VALUES (1, 'd', 1, 'drawn', '2026-02-01', '2026-03-01', '', 'x', '2026-02-01 00:00:00', 'draw');
INSERT INTO insp_selections (id, draw_id, organisation_id, inspectors) VALUES (1, 1, 1, '[]'), (2, 1, 2, '[]');
INSERT INTO insp_visits (id, public_id, selection_id, state) VALUES (1, 'v', 1, 'assigned')
"""


@pytest.fixture
def upgraded(bare_database_url: str) -> Iterator[Engine]:
    engine = make_engine(bare_database_url)
    with engine.execution_options(unit="schema").begin() as connection:
        command.upgrade(migrations._config(connection), "0002")
        for statement in OLD.split(";"):
            connection.execute(text(statement))
    migrations.upgrade(engine)
    yield engine
    engine.dispose()


def test_old_selections_are_found_by_their_unit(upgraded: Engine) -> None:
    with upgraded.begin() as connection:
        found = text(
            "SELECT s.unit, v.public_id FROM insp_selections s LEFT JOIN insp_visits v ON v.selection_id = s.id"
            " ORDER BY s.id"
        )
        assert connection.execute(found).all() == [("firmaaaaaaaaaaaa", "v"), ("firmbbbbbbbbbbbb", None)]
        # Two people of one firm may be drawn together: the firm is where both are visited.
        connection.execute(
            text(
                "INSERT INTO insp_selections (id, draw_id, unit, organisation_id, inspectors)"
                " VALUES (3, 1, 'p1', 1, '[]'), (4, 1, 'p2', 1, '[]'), (5, 1, 'p3', NULL, '[]')"
            )
        )


def test_one_unit_is_selected_once(upgraded: Engine) -> None:
    with pytest.raises(IntegrityError), upgraded.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO insp_selections (id, draw_id, unit, inspectors)"
                " VALUES (3, 1, 'firmaaaaaaaaaaaa', '[]')"
            )
        )
