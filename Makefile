# Samedag. `make help` lists what there is. Works without uv and uses it where it is.
PORT ?= 8000
SPEED ?= 30
DAY ?= 2026-11-25
VENV := .venv
PY := $(VENV)/bin/python
export PYTHONUNBUFFERED = 1

.PHONY: help install demo check bench soak screens wire words tools lock clean

help: ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed ## .venv with what is pinned, and the samedag command in it

$(VENV)/.installed: requirements.lock pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv -q --allow-existing $(VENV) && uv pip install -q --python $(PY) --require-hashes -r requirements.lock && uv pip install -q --python $(PY) --no-deps --no-build-isolation -e .; \
	else \
	  { [ -x $(PY) ] || python3 -m venv $(VENV); } && $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && $(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

demo: install ## A simulated day of the Aalborg house on PORT (8000), SPEED (30) times as fast
	@SAMEDAG_ENV=development $(VENV)/bin/samedag demo --port $(PORT) --speed $(SPEED) --day $(DAY)

tools: install
	@sh .ci/tools.sh

check: install tools ## Formatting, lint, types, import contracts, every test; the branches of the rules must be tried
	@$(VENV)/bin/ruff format --check -q app tests migrations
	@$(VENV)/bin/ruff check -q app tests migrations
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache | tail -n 3
	@sh .ci/tests.sh
	@$(VENV)/bin/coverage report --skip-covered --show-missing --fail-under=100

bench: install ## Speed against the floors of this machine, as JSON
	@$(PY) -m tests.bench

soak: install tools ## The tests of faults, races, histories, displays, sockets and axe with bigger numbers
	@SAMEDAG_SOAK=1 $(VENV)/bin/pytest tests/faults tests/test_history.py tests/browser/test_display.py tests/browser/test_display_network.py tests/browser/test_axe_citizen.py tests/browser/test_axe_staff.py tests/browser/test_onward.py tests/live tests/web/test_bad_input.py

wire: install ## Write display/wire.schema.json from the code
	@$(PY) -m tests.live.wire_schema

screens: install tools ## A picture of every page and state at three sizes in three languages, into .screens
	@$(PY) -m tests.browser.shots

words: install ## Bring app/locale up to date with what pages and codes say, and list what is not translated
	@$(PY) -m tests.words

lock: install ## Pin the newest allowed versions, with hashes
	@$(PY) -m pip install -q uv && $(VENV)/bin/uv pip compile -q --generate-hashes --no-header --group dev --python-version 3.11 -o requirements.lock pyproject.toml

clean: ## Forget what was installed and what the demo left
	@rm -rf $(VENV) var .screens
