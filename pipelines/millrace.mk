# The pipelines: from a data set's name to a trained, explained model.
#
#   make NAME-model    everything below, in turn
#   make NAME-folds    k-fold cross-validation: as many models, evaluated on what each was not trained on
#   make NAME-data     images, split and packed: data/NAME/{train,validation}.tens
#   make NAME-review   look through the split images in a browser
#   make NAME-runs     compare the models of NAME: the last, the one before, one in training
#   make NAME-clean    remove what the pipeline made for NAME; what you put there stays
#
# NAME is any folder data/NAME/ with a recipe (recipe(5)). variables.mk says what may be set, check.mk refuses the rest,
# dataset.mk knows the steps; this file has the programs built, and calls dataset.mk for each NAME that is asked for.

MILLRACE := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec

# A line per command; V=1 shows the commands themselves.
Q = $(if $(V),,@)
SAY = printf '  %-3s %s\n'

# Where the tools are, with a last '/'; empty: on the PATH.
MILLRACE_BIN ?=
export MILLRACE_BIN

ifeq ($(MILLRACE_STEP),build)
# Called by the rule of 'built', for the goals of the user: they decide what must be installed.
$(MAKECMDGOALS): | $(MILLRACE_PROGRAMS)
	@:
else

# Recipes of one's own come before those that were installed.
MILLRACE_DATA ?= $(MILLRACE)/../data
export MILLRACE_DATA

quote = '$(subst ','\'',$(1))'
DATASETS := $(sort $(shell $(MILLRACE)/data-sets data $(call quote,$(MILLRACE_DATA))))
ASKED := $(strip $(foreach name,$(DATASETS),\
	$(if $(filter $(addprefix $(name)-,model folds data review runs clean),$(MAKECMDGOALS)),$(name))))

include $(MILLRACE)/variables.mk
include $(call files_of_names,$(DATASETS))
ifdef ASKED
include $(MILLRACE)/check.mk
endif

help:
	@echo 'goals:     NAME-model NAME-folds NAME-data NAME-review NAME-runs NAME-clean'
	@echo 'NAME:      $(DATASETS), or any folder data/NAME/ with a recipe'
	@echo 'variables: $(SETTINGS) V; see millrace(7)'
	@$(MILLRACE)/data-sets --ignored data $(call quote,$(MILLRACE_DATA))

# $(call alone,FILE,SUBJECT) COMMAND: only one run at a time is in COMMAND. A run that only shows what it would do (make -n,
# make -q) changes nothing, so that it need not wait.
flags := $(filter-out --%,$(firstword -$(MAKEFLAGS)))
alone = $(if $(findstring n,$(flags))$(findstring q,$(flags)),,$(MILLRACE)/alone $(1) $(2))

# Goals of the build that were asked for beside come first, for they take no lock.
built: | $(filter all programs check,$(MAKECMDGOALS))
	@MILLRACE_STEP=build $(call alone,build/.lock,programs) $(MAKE) --no-print-directory \
		$(filter $(foreach goal,model folds data review runs,$(ASKED:%=%-$(goal))),$(MAKECMDGOALS))
.PHONY: built
BUILT = $(if $(MILLRACE_PROGRAMS),built)

steps = $(call alone,data/$*/.lock,$*) $(MAKE) --no-print-directory -f $(MILLRACE)/dataset.mk NAME=$*

$(DATASETS:%=%-model): %-model: FORCE | $(BUILT)
	+@$(steps) model

$(DATASETS:%=%-folds): %-folds: FORCE | $(BUILT)
	+@$(steps) folds

$(DATASETS:%=%-data): %-data: FORCE | $(BUILT)
	+@$(steps) data

# The browser takes no lock: it may stay open for days.
$(DATASETS:%=%-review): %-review: FORCE | $(BUILT)
	+@$(steps) split
	$(MILLRACE_BIN)browse-dataset data/$*/split

# It takes no lock, so as to show a training that goes on.
$(DATASETS:%=%-runs): %-runs: FORCE | $(BUILT)
	@$(MILLRACE)/list-runs $*

$(DATASETS:%=%-clean): %-clean: FORCE
	+@$(steps) clean

# For a NAME that is not there. It is shown to a shell as a value only.
%-model %-folds %-data %-review %-runs %-clean: export MILLRACE_GOAL = $@
%-model %-folds %-data %-review %-runs %-clean: FORCE
	@$(MILLRACE)/data-sets --missing "$${MILLRACE_GOAL%-*}"
endif

FORCE:
.PHONY: help FORCE
