# From tensor streams to a model that is trained, evaluated, has predicted, is explained and reported on.

# Pictures in both training and validation, for the model card.
leaked = $(if $(SPLIT_LIST),--notes "leaked=$$($(MILLRACE)/count-leaked $(SPLIT_LIST))")
with_leaked = $(if $(SPLIT_LIST),--leaked $(SPLIT_LIST))

# Models count by their content, not their names.
$(DATA)/train.settings: $(DATA)/train.tens $(DATA)/start $(DATA)/source $(SPLIT_LIST) FORCE
	@{ $(MILLRACE)/training-options $(NAME) $($(NAME)_TRAIN) && \
		printf '%s\n' --notes "source=$$(cat $(DATA)/source)" $(leaked); } | { $(keep_if_same); }

# The note data_set tells the pipeline's models from others (products).
.PRECIOUS: $(MODEL)/poids.h5
$(MODEL)/poids.h5: $(DATA)/train.tens $(DATA)/validation.tens $(DATA)/train.settings
	@$(SAY) train $(MODEL)
	$(Q)$(MILLRACE)/train-model $(NAME) --threads $(THREADS) \
		--notes "source=$$(cat $(DATA)/source)" $(leaked) --notes data_set=$(NAME)

# Cross-validation changes the probabilities: it gives the model a temperature.
calibrated = $(wildcard $(CROSS_VALIDATION)/calibrated)

$(MODEL)/evaluation.tsv: $(MODEL)/poids.h5 $(SPLIT_LIST) $(calibrated)
	@$(SAY) evaluate $(DATA)/validation.tens
	$(Q)$(MILLRACE_BIN)cnn-predict -m $(MODEL) --evaluate $(with_leaked) --threads $(THREADS) \
		--confusion $(MODEL)/confusion.png $(DATA)/validation.tens >$@.new
	@mv $@.new $@

$(MODEL)/predictions.tsv: $(MODEL)/poids.h5 $(DATA)/predict.list $(calibrated)
	@$(SAY) predict $(MODEL)/predictions
	$(Q)$(MILLRACE)/predict-images $(NAME) >$@.new
	@mv $@.new $@

$(MODEL)/explained: $(MODEL)/poids.h5 $(DATA)/predict.list $(calibrated)
	@$(SAY) explain $(MODEL)/saliency
	$(Q)$(MILLRACE)/explain-images $(NAME)
	@touch $@

$(MODEL)/report.html: $(MODEL)/evaluation.tsv $(wildcard $(CROSS_VALIDATION)/folds.tsv)
	@$(SAY) report $@
	$(Q)$(MILLRACE_BIN)model-report -m $(MODEL) --validation $(DATA)/validation.tens $(with_leaked) \
		$(if $(wildcard $(CROSS_VALIDATION)/folds.tsv),$$($(MILLRACE)/cross-validate report $(NAME))) -o $@
