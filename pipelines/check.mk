# Refuses unknown variables and invalid values, from the command line or pipelines/NAME.mk, before anything is made.

KNOWN = $(SETTINGS) $(foreach name,$(DATASETS),$(addprefix $(name)_,$(SETTINGS) $(NAME_VARIABLES))) \
	V Q MILLRACE_BIN MILLRACE_DATA MILLRACE_CPU TMPDIR $(MILLRACE_VARIABLES)
UNKNOWN := $(filter-out $(KNOWN),$(foreach variable,$(.VARIABLES),$(if $(call on_command_line,$(variable)),$(variable))))
$(foreach variable,$(firstword $(UNKNOWN)),$(error $(variable): no such variable; there are: $(SETTINGS)))

$(foreach name,$(ASKED),$(if $($(name)_IDX_TRAIN),$(foreach variable,$(IMAGE_SETTINGS),\
	$(if $(call on_command_line,$(variable)),$(error $(variable): goes with images; $(name) is made from IDX files)))))

# $(shell) would drop line breaks.
define line_break


endef
$(foreach variable,$(SETTINGS),\
	$(if $(findstring $(line_break),$(call given,$(variable))),$(error $(variable): has a line break)))

# VARIABLE=VALUE of all that are set for a name.
set_for = $(foreach variable,$(SETTINGS) $(SETTINGS:%=$(1)_%),\
	$(if $(call on_command_line,$(variable))$(call given,$(variable)),$(call quote,$(variable)=$(call given,$(variable)))))
WRONG := $(shell $(MILLRACE)/check-variables $(foreach name,$(ASKED),$(call set_for,$(name))))
$(if $(WRONG),$(error $(WRONG)))

ifneq ($(findstring t,$(filter-out --%,$(firstword -$(MAKEFLAGS)))),)
$(error make -t: would pass empty files off as results)
endif
