# `make run` and `make test` do everything from a bare checkout: they need Python 3.11 or newer, make and a package index.
# PORT, DATABASE_URL and LEGALCREDIT_HOME are read from the environment or given as `make run PORT=9000`.

PYTHON ?= python3.13 python3.12 python3.11 python3.14 python3
WORKERS ?= auto
UV = 0.13.9
BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet --root-user-action ignore

.DEFAULT_GOAL = help
.PHONY: help install run test slow bench check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

install: .venv/.service ## .venv with everything the service needs, as locked

run: install ## database, demo city, server with jobs on http://127.0.0.1:8000
	$(BIN)/legalcredit db upgrade
	$(BIN)/legalcredit seed --if-empty
	@exec $(BIN)/legalcredit serve --with-jobs

test: .venv/.tests ## the fast tests, on SQLite and PostgreSQL (some minutes)
	$(BIN)/python -m tests.services
	$(BIN)/pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal

slow: .venv/.tests ## the tests that take longer
	$(BIN)/python -m tests.services
	$(BIN)/pytest -m slow -n $(WORKERS) --maxprocesses 8 --dist worksteal

bench: .venv/.tests ## the measured figures
	$(BIN)/python -m tests.services
	$(BIN)/pytest -m bench --capture no

check: .venv/.tests ## style, types, import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir build/imports

clean: ## remove what was built; databases and keys stay
	rm -rf .venv build dist

# uv reads the lock but not pip's settings, and behind a package mirror it may reach nothing; pip then installs the same
# files, checked against the same hashes. Inexact, because the service's stamp and the tests' share .venv.
define sync
	@unset VIRTUAL_ENV; export UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never; \
	$(BIN)/uv sync --frozen --inexact --no-install-project --quiet $(1) || { \
		echo 'The addresses in uv.lock cannot be reached; pip installs the same files from the index it is set up with.'; \
		$(BIN)/uv export --frozen --no-emit-project --quiet $(1) --output-file .venv/locked.txt && \
		$(PIP) --require-hashes --requirement .venv/locked.txt; \
	}
	@$(PIP) --no-deps --editable .
	@touch $@
endef

.venv/.service: .venv/.uv-$(UV) pyproject.toml uv.lock
	$(call sync,--no-dev)

.venv/.tests: .venv/.uv-$(UV) pyproject.toml uv.lock
	$(call sync,)
	@touch .venv/.service

.venv/.uv-$(UV):
	@for python in $(PYTHON); do \
		"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done; \
	[ -n "$$python" ] || { \
		echo 'Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv); name it as PYTHON=…' >&2; \
		exit 1; \
	}; \
	"$$python" -m venv --clear .venv
	@$(PIP) uv==$(UV)
	@touch $@
