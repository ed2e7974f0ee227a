# From the IDX files of MNIST and its descendants to tensor streams.

$(DATA)/source: FORCE
	@echo '$($(NAME)_IDX_SOURCE)' | { $(keep_if_same); }

$(DATA)/predict.list: $(DATA)/source
	@: >$@

$(DATA)/pack.settings: FORCE
	@printf '%s\n' "$$packing --idx $($(NAME)_IDX_TRAIN) $($(NAME)_IDX_VALIDATION)" | { $(keep_if_same); }

$(DATA)/train.tens: $(DATA)/pack.settings $($(NAME)_IDX_TRAIN)
	@$(SAY) pack $@
	$(Q)$(MILLRACE_BIN)pack-tensors $(packing) --threads $(THREADS) -o $@ --idx $($(NAME)_IDX_TRAIN)

$(DATA)/validation.tens: $(DATA)/pack.settings $($(NAME)_IDX_VALIDATION)
	@$(SAY) pack $@
	$(Q)$(MILLRACE_BIN)pack-tensors $(packing) --threads $(THREADS) -o $@ --idx $($(NAME)_IDX_VALIDATION)
