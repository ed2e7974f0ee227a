# The pipelines: from a data set's name to a trained, explained model.
#
#   make NAME-model    everything below, in turn
#   make NAME-data     images, split and packed: data/NAME/{train,validation}.tens
#   make NAME-review   look through the split images in a browser
#   make NAME-clean    remove what was built for NAME; images you put there stay
#
# NAME is any folder data/NAME/ with a recipe (recipe(5)); pipelines/NAME.mk may
# set variables for it. Variables on the command line come first:
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
.SECONDARY:

# Where the tools are, with a last '/'; empty: on the PATH.
MILLRACE_BIN ?=
export MILLRACE_BIN

SOURCE = auto
SEED = 0
THREADS = 0

# Recipes of one's own come before those that were installed.
MILLRACE_DATA ?= $(MILLRACE)/../data
export MILLRACE_DATA
DATASETS := $(sort $(foreach d,data $(MILLRACE_DATA),$(patsubst $d/%/recipe,%,$(wildcard $d/*/recipe))))

all-models: $(DATASETS:%=%-model)
.PHONY: all-models FORCE
FORCE:

include $(wildcard $(DATASETS:%=$(MILLRACE)/%.mk))
include $(MILLRACE)/character-model.mk

$(foreach name,$(DATASETS),$(eval $(call dataset_rules,$(name))))
