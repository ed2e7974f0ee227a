# The pipelines: from a data set's name to a trained, explained model.
#
#   make NAME-model    everything below, in turn
#   make NAME-data     images, split and packed: data/NAME/{train,validation}.tens
#   make NAME-review   look through the split images in a browser
#   make NAME-clean    remove what was built for NAME; images you put there stay
#
# NAME, without blanks, is any folder data/NAME/ with a recipe (recipe(5)); pipelines/NAME.mk
# may set variables for it. Variables on the command line come first:
#
#   SOURCE        auto, web, drawings, or a folder of class folders
#   EPOCHS        passes over the training images
#   PRESET        augmentation: none, keras, light, strong
#   ARCHITECTURE  original, or an architecture.json
#   SIZE BATCH    input size, images a step
#   SEED THREADS  start of all random numbers; threads, 0 for all cores

MILLRACE := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DELETE_ON_ERROR:

# Where the tools are, with a last '/'; empty: on the PATH.
MILLRACE_BIN ?=
export MILLRACE_BIN

SOURCE = auto
SEED = 0
THREADS = 0
export SOURCE

# A line per command; V=1 shows the commands themselves.
Q = $(if $(V),,@)
SAY = printf '  %-3s %s\n'

# What a tool would refuse only after the images are there.
PRESETS = none keras light strong
$(if $(filter-out $(PRESETS),$(PRESET)),$(error PRESET: '$(PRESET)' is not one of $(PRESETS)))
without_digits = $(subst 0,,$(subst 1,,$(subst 2,,$(subst 3,,$(subst 4,,$(subst 5,,$(subst 6,,$(subst 7,,$(subst 8,,$(subst 9,,$(1)))))))))))
$(foreach number,EPOCHS BATCH SEED THREADS,$(if $(call without_digits,$($(number))),$(error $(number): '$($(number))' is not a whole number)))

# Recipes of one's own come before those that were installed.
MILLRACE_DATA ?= $(MILLRACE)/../data
export MILLRACE_DATA
DATASETS := $(sort $(foreach d,data $(MILLRACE_DATA),$(patsubst $d/%/recipe,%,$(wildcard $d/*/recipe))))

help:
	@echo 'goals:     NAME-model NAME-data NAME-review NAME-clean'
	@echo 'NAME:      $(DATASETS), or any folder data/NAME/ with a recipe'
	@echo 'variables: SOURCE EPOCHS PRESET ARCHITECTURE SIZE BATCH SEED THREADS; see millrace(7)'
.PHONY: help FORCE
FORCE:

# For a NAME that is not there.
%-model %-data %-review %-clean:
	@echo "$*: no such data set; for one of your own: mkdir -p data/$*; echo 'title = $*' >data/$*/recipe" >&2; exit 1

include $(wildcard $(DATASETS:%=$(MILLRACE)/%.mk))
include $(MILLRACE)/character-model.mk

$(foreach name,$(DATASETS),$(eval $(call dataset_rules,$(name))))
