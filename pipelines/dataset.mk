# The steps for one data set, $(NAME): called by millrace.mk, which lets one run at a time do so. Built files lie in
# data/NAME/, the model in modele/NAME_model/, those of the folds in modele/NAME_folds/.
#
# A file is touched only when its content differs, so that a step runs again only for a reason. All that a step's result
# depends on, beside its input, stands in its .settings.

MILLRACE := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
.DELETE_ON_ERROR:
.SUFFIXES:

DATA = data/$(NAME)
MODEL = modele/$(NAME)_model
CROSS_VALIDATION = modele/$(NAME)_folds

include $(MILLRACE)/variables.mk
include $(call files_of_names,$(NAME))
$(foreach variable,$(SETTINGS),$(eval override $(variable) := $$(call setting,$(NAME),$(variable))))

Q = $(if $(V),,@)
SAY = printf '  %-3s %s\n'

# Writes standard input to $@ if that changes it.
keep_if_same = cat >$@.new; if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# What identifies the files of a folder: where it is, then name, size and time of each. A missing folder is empty.
list_files = { realpath $(1); cd $(1) && find -L . -type f $(2) -printf '%P\t%s\t%T@\n' | LC_ALL=C sort; } 2>/dev/null || true

# Status 4 of a tool: all is done, but for bad inputs, which it named and left out. So are they here.
or_left_out = || [ $$? = 4 ]

# Values that may contain quotes or blanks are passed to the shell in the environment.
packing = $(if $(SIZE),--size $(SIZE)) $($(NAME)_PACK)
export SOURCE START SIZE ARCHITECTURE PRESET EPOCHS BATCH SEED THREADS SPLIT_LIST packing

model: $(addprefix $(MODEL)/,poids.h5 evaluation.tsv predictions.tsv explained report.html)
	@$(MILLRACE)/say-accuracy $(MODEL)/evaluation.tsv
	@echo '$(MODEL) is ready: open $(MODEL)/report.html'

folds: $(CROSS_VALIDATION)/evaluated
	@cat $(CROSS_VALIDATION)/folds.tsv
	@$(MILLRACE)/say-accuracy $(CROSS_VALIDATION)/folds.tsv

data: $(DATA)/train.tens $(DATA)/validation.tens

split: $(DATA)/split.tsv

check:
	@$(MILLRACE)/check-places $(NAME) $(if $($(NAME)_IDX_TRAIN),,images) $(MAKECMDGOALS)

# Before anything is made.
$(DATA)/source $(DATA)/start $(DATA)/pack.settings: | check

clean:
	@$(MILLRACE)/clean-data-set $(NAME)

.PHONY: model folds data split check clean FORCE
FORCE:

include $(MILLRACE)/$(if $($(NAME)_IDX_TRAIN),idx,images).mk
include $(MILLRACE)/model.mk
include $(MILLRACE)/folds.mk
