# The variables of a run: of the command line, else of pipelines/NAME.mk (NAME_EPOCHS = 5), else the default. Environment
# variables are ignored: one called SOURCE or SEED may be another program's. Those without a default here follow from the start
# model and the images (training-options); the size is pack-tensors' own, or the start model's.

default_SOURCE = auto
default_VALIDATION = 0.2
default_CONFLICTS = drop
default_START = auto
default_BATCH = 16
default_SEED = 0
default_FOLDS = 5
default_THREADS = 0
SETTINGS = SOURCE VALIDATION CONFLICTS SIZE START PRESET ARCHITECTURE EPOCHS BATCH SEED FOLDS THREADS

# Those that apply to images, not to IDX files.
IMAGE_SETTINGS = SOURCE VALIDATION CONFLICTS

# What pipelines/NAME.mk may set beside them, each after NAME_: options of pack-tensors and cnn-train, and IDX files in the
# place of images, with what the model card calls them.
NAME_VARIABLES = PACK TRAIN IDX_TRAIN IDX_VALIDATION IDX_SOURCE FILES

# Values from the command line are taken literally: make expands nothing in them.
on_command_line = $(filter command,$(origin $(1)))
given = $(if $(call on_command_line,$(1)),$(value $(1)),$(if $(filter file,$(origin $(1))),$($(1))))
# $(call setting,NAME,VARIABLE)
setting = $(or $(call given,$(2)),$(call given,$(1)_$(2)),$(default_$(2)))

# pipelines/NAME.mk of each name. One that is called as a file of the pipeline itself has none.
files_of_names = $(filter-out $(foreach file,millrace variables check dataset images idx model folds,$(MILLRACE)/$(file).mk),\
	$(wildcard $(1:%=$(MILLRACE)/%.mk)))
