SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
SPARK := 4.1.1
SPARK35 := 3.5.6
VENV := .venv/.ready-$(SPARK)
VENV35 := .venv-spark35/.ready-$(SPARK35)
DEMO := demo
ROWS ?= 310000
ROUNDS ?= 3
WORKERS ?= 2
ONLY ?=
TABLES ?=
KILLS ?= 1000
SETS ?= generator generator_weekly pypi_62 pypi_32
RESUME ?=

export PYTHONDONTWRITEBYTECODE = 1
export SPARK_LOCAL_IP = 127.0.0.1

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(VENV): pyproject.toml setup.py
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check \
		--editable '.[cluster,operator,embedded,test,check,bench]' pyspark==$(SPARK)
	touch $@

$(VENV35): pyproject.toml setup.py
	$(PYTHON) -m venv .venv-spark35
	.venv-spark35/bin/python -m pip install --quiet --disable-pip-version-check \
		--editable '.[cluster,operator,test]' pyspark==$(SPARK35)
	touch $@

.PHONY: setup
setup: $(VENV) $(VENV35) ## both environments: .venv (Spark 4.1) and .venv-spark35 (Spark 3.5)

.PHONY: demo
demo: $(VENV) ## generate data, run the procurement domain on it, show the numbers
	@.venv/bin/headrace demo --out $(DEMO)

.PHONY: test
test: $(VENV) $(VENV35) java ## what a change must pass: all tests but the long ones, on Sail, Spark 4.1 and Spark 3.5
	@$(MAKE) --no-print-directory --jobs 2 $(if $(filter output-sync,$(.FEATURES)),--output-sync) test-spark test-beside

.PHONY: test-beside
test-beside: $(VENV) $(VENV35) # about as long as Spark 4.1 takes
	@$(MAKE) --no-print-directory test-sail WORKERS=1
	@$(MAKE) --no-print-directory test-spark35

.PHONY: test-sail
test-sail: $(VENV) ## the part of it that needs no Java: on Sail
	.venv/bin/python -m pytest --engine sail -n $(WORKERS) --dist loadfile -m "not needs_spark and not proof"

.PHONY: test-spark
test-spark: $(VENV) java ## the part of it on Spark 4.1: what needs Spark, and what every engine must do
	.venv/bin/python -m pytest --engine spark -m "(needs_spark or every_engine) and not proof"

.PHONY: test-spark35
test-spark35: $(VENV35) java ## the part of it on Spark 3.5: what every engine must do
	.venv-spark35/bin/python -m pytest --engine spark -m "every_engine and not proof"

.PHONY: proof
proof: proof-sail proof-spark proof-spark35 ## the long tests: real data, kills, trainings, Comet, engines compared on more

.PHONY: proof-sail
proof-sail: $(VENV) ## the part of them on Sail, which needs no Java
	.venv/bin/python -m pytest --engine sail -n 2 --dist loadfile -m "proof and not needs_spark"

.PHONY: proof-spark
proof-spark: $(VENV) $(VENV35) java ## the part of them on Spark 4.1
	.venv/bin/python -m pytest --engine spark -n 2 --dist loadfile -m "proof or proof_on_spark"

.PHONY: proof-spark35
proof-spark35: $(VENV35) java ## the part of them on Spark 3.5
	.venv-spark35/bin/python -m pytest --engine spark -m "proof and every_engine"

.PHONY: wheels
wheels: $(VENV) ## dist/cluster, what Glue and EMR are given, and dist/operator, which has the commands too
	for kind in cluster operator; do \
		rm -rf build dist/$$kind && \
		HEADRACE_WHEEL=$$kind .venv/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist/$$kind . || exit 1; \
	done; rm -rf build

.PHONY: java
java:
	@command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null || \
		{ echo "the tests need Java 17 or later, and there is none: see .venv/bin/headrace doctor" >&2; exit 1; }

.PHONY: check
check: $(VENV) ## formatter, linter, types, stale renderings
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/headrace contracts --check

.PHONY: contracts
contracts: $(VENV) ## render the contracts: Spark schemas, DuckDB DDL, data dictionary; the page of the standardizers
	.venv/bin/headrace contracts

.PHONY: bench
bench: $(VENV) ## the same job by Headrace, DuckDB, polars and pandas: ROWS=310000 ROUNDS=3 ONLY="headrace duckdb" TABLES=spine
	.venv/bin/python -m benchmarks --rows $(ROWS) --rounds $(ROUNDS) $(if $(ONLY),--only $(ONLY)) $(if $(TABLES),--tables $(TABLES))

.PHONY: soak
soak: $(VENV) ## kill real runs at random instants with a reader polling: KILLS=1000
	.venv/bin/python -m tests.soak --kills $(KILLS)

.PHONY: bench-model
bench-model: $(VENV) ## search volume by Headrace, LightGBM, a line, a spline, the last known value: SETS="generator generator_weekly pypi_62 pypi_32" RESUME=1
	.venv/bin/python -m benchmarks.model --sets $(SETS) $(if $(RESUME),--resume)
