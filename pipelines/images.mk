# From pictures in class folders to tensor streams.

# Which pictures are one.
SPLIT_LIST = $(DATA)/split.tsv

$(DATA)/source: FORCE
	@$(MILLRACE)/fetch-images $(NAME) $(SEED)

$(DATA)/images.list: $(DATA)/source FORCE
	@{ $(call list_files,$(DATA)/images,-not -path './predict/*' -not -name manifest.tsv); } | { $(keep_if_same); }

$(DATA)/predict.list: $(DATA)/source FORCE
	@{ $(call list_files,$(DATA)/images/predict); } | { $(keep_if_same); }

# Of a source that is split already split-dataset says in audit.tsv what that gives away.
$(DATA)/split.settings: $(DATA)/source FORCE
	@if [ -d $(DATA)/images/train ] && [ -d $(DATA)/images/validation ]; \
	then echo --audit --conflicts $(CONFLICTS); \
	else echo --validation-split $(VALIDATION) --conflicts $(CONFLICTS) --seed $(SEED); fi | { $(keep_if_same); }

# Which images got as far as this is noted in split.source.
$(DATA)/split.tsv: $(DATA)/images.list $(DATA)/split.settings
	@$(SAY) split $(DATA)/images
	@rm -f $@.new
	$(Q)$(MILLRACE_BIN)split-dataset $$(cat $(DATA)/split.settings) --threads $(THREADS) --manifest $@.new \
		$(DATA)/images $(DATA)/split >$(DATA)/audit.tsv $(or_left_out)
	@[ -s $(DATA)/audit.tsv ] || rm $(DATA)/audit.tsv
	@realpath $(DATA)/images >$(DATA)/split.source
	@mv $@.new $@

$(DATA)/train.list $(DATA)/validation.list: $(DATA)/%.list: $(DATA)/split.tsv
	@{ $(call list_files,$(DATA)/split/$*); } | { $(keep_if_same); }

$(DATA)/start: $(DATA)/split.tsv $(DATA)/train.list FORCE
	@$(MILLRACE)/choose-start $(NAME) | { $(keep_if_same); }

$(DATA)/pack.settings: $(DATA)/start FORCE
	@{ printf '%s\n' "$$packing"; $(MILLRACE)/start-field $(NAME) digest; } | { $(keep_if_same); }

# Pictures of the size that the start model takes, unless another is asked for.
pack = start=$$($(MILLRACE)/start-field $(NAME) model); \
	$(MILLRACE_BIN)pack-tensors $(packing) $${start:+--like "$$start"} --threads $(THREADS)

$(DATA)/train.tens: $(DATA)/train.list $(DATA)/pack.settings
	@$(SAY) pack $(DATA)/split/train
	@rm -f $@.new
	$(Q)$(pack) -o $@.new $(DATA)/split/train $(or_left_out)
	@mv $@.new $@

$(DATA)/validation.tens: $(DATA)/validation.list $(DATA)/train.tens $(DATA)/pack.settings
	@$(SAY) pack $(DATA)/split/validation
	@rm -f $@.new
	$(Q)$(pack) --classes-from $(DATA)/train.tens \
		-o $@.new $(DATA)/split/validation $(or_left_out)
	@mv $@.new $@
