# From tensor streams to a model that is trained, evaluated, has predicted, is explained and reported on.

augmentation = --preset $(PRESET) --passes $(EPOCHS) --seed $(SEED)

# Pictures in both training and validation, for the model card.
leaked = $(if $(SPLIT_LIST),--notes "leaked=$$($(MILLRACE)/count-leaked $(SPLIT_LIST))")
with_leaked = $(if $(SPLIT_LIST),--leaked $(SPLIT_LIST))

# An architecture file counts by its content, not its name.
$(DATA)/train.settings: $(DATA)/source $(SPLIT_LIST) FORCE
	@{ printf '%s\n' 'augment $(augmentation)' "cnn-train --architecture $$ARCHITECTURE $$training" \
		--notes "source=$$(cat $(DATA)/source)" $(leaked); \
	if [ -f "$$ARCHITECTURE" ]; then sha256sum <"$$ARCHITECTURE"; fi; } | { $(keep_if_same); }

# Results of an earlier model are removed. The note data_set tells the pipeline's models from others (products). cnn-train fails, with the model in place, where only something beside it could not be written: a picture of its curves.
.PRECIOUS: $(MODEL)/poids.h5
$(MODEL)/poids.h5: $(DATA)/train.tens $(DATA)/validation.tens $(DATA)/train.settings
	@mkdir -p modele
	@$(SAY) train $(MODEL)
	$(Q)$(MILLRACE_BIN)augment $(augmentation) --threads $(THREADS) $(DATA)/train.tens | \
	$(MILLRACE_BIN)cnn-train --architecture "$$ARCHITECTURE" $(training) --threads $(THREADS) \
		--notes "source=$$(cat $(DATA)/source)" $(leaked) --notes data_set=$(NAME) --validation $(DATA)/validation.tens -o $(MODEL) || { \
		status=$$?; \
		for input in $?; do [ $@ -nt $$input ] || exit $$status; done; \
		echo '$(MODEL): trained all the same: the same command goes on from there' >&2; exit $$status; }
	@cd $(MODEL) && rm -f evaluation.tsv confusion.png predictions.tsv explained architecture.png report.html
	@for folder in predictions sorted saliency feature-maps; do $(MILLRACE)/products remove $(MODEL)/$$folder; done

$(MODEL)/evaluation.tsv: $(MODEL)/poids.h5 $(SPLIT_LIST)
	@$(SAY) evaluate $(DATA)/validation.tens
	$(Q)$(MILLRACE_BIN)cnn-predict -m $(MODEL) --evaluate $(with_leaked) --threads $(THREADS) \
		--confusion $(MODEL)/confusion.png $(DATA)/validation.tens >$@.new
	@mv $@.new $@

$(MODEL)/predictions.tsv: $(MODEL)/poids.h5 $(DATA)/predict.list
	@$(SAY) predict $(MODEL)/predictions
	$(Q)$(MILLRACE)/predict-images $(NAME) >$@.new
	@mv $@.new $@

$(MODEL)/explained: $(MODEL)/poids.h5 $(DATA)/predict.list
	@$(SAY) explain $(MODEL)/saliency
	$(Q)$(MILLRACE)/explain-images $(NAME)
	@touch $@

$(MODEL)/report.html: $(MODEL)/evaluation.tsv
	@$(SAY) report $@
	$(Q)$(MILLRACE_BIN)model-report -m $(MODEL) --validation $(DATA)/validation.tens $(with_leaked) -o $@
