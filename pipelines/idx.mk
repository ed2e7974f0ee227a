# From the IDX files of MNIST and its descendants to tensor streams.

$(DATA)/source: FORCE
	@echo '$($(NAME)_IDX_SOURCE)' | { $(keep_if_same); }

$(DATA)/predict.list: $(DATA)/source
	@: >$@

$(DATA)/start: FORCE
	@$(MILLRACE)/choose-start $(NAME) | { $(keep_if_same); }

$(DATA)/pack.settings: $(DATA)/start FORCE
	@{ printf '%s\n' "$$packing --idx $($(NAME)_IDX_TRAIN) $($(NAME)_IDX_VALIDATION)"; \
	$(MILLRACE)/start-field $(NAME) digest; } | { $(keep_if_same); }

# As large as they are stored, in colour where the start model takes colour, unless another size is asked for.
pack = start=$$($(MILLRACE)/start-field $(NAME) model); \
	$(MILLRACE_BIN)pack-tensors $${start:+--channels 3} $(packing) --threads $(THREADS)

$(DATA)/train.tens: $(DATA)/pack.settings $($(NAME)_IDX_TRAIN)
	@$(SAY) pack $@
	$(Q)$(pack) -o $@ --idx $($(NAME)_IDX_TRAIN)

$(DATA)/validation.tens: $(DATA)/pack.settings $($(NAME)_IDX_VALIDATION)
	@$(SAY) pack $@
	$(Q)$(pack) -o $@ --idx $($(NAME)_IDX_VALIDATION)
