# Two commands do everything: make demo, make test. Without make: python tools/project.py demo | test.
#   PYTHON=python3.12   which Python .venv is made with (3.11, 3.12 or 3.13)
#   STUDY=film.dcm      make demo on one's own file or folder
#   TORCH=no            make test without PyTorch: what needs it is skipped, with the reason
#   JOBS=2              test processes side by side

PROJECT = python=$$(sh tools/find_python.sh "$(PYTHON)") && "$$python" tools/project.py $(if $(PYTHON),--this-python)

.PHONY: help demo test lint bench screenshots numbers evidence venv constraints clean

help:
	@echo "make demo [STUDY=path]   measure a study, say where report and pictures are"
	@echo "make test [TORCH=no]     lint, types and the whole test suite"
	@echo "make lint                lint and types"
	@echo "make bench               seconds per image, by stage and engine"
	@echo "make screenshots         the README's pictures, drawn anew"
	@echo "make numbers             the table of numbers that a test repeats, made anew"
	@echo "make evidence            the tables in Docs/, filled from Docs/evidence/*.json"
	@echo "make clean               remove .venv and what tools leave behind"

demo:
	@$(PROJECT) demo $(if $(STUDY),--study "$(STUDY)")

test:
	@$(PROJECT) test $(if $(JOBS),--jobs "$(JOBS)") $(if $(TORCH),--torch "$(TORCH)")

lint bench screenshots numbers evidence venv constraints clean:
	@$(PROJECT) $@ $(if $(TORCH),--torch "$(TORCH)")
