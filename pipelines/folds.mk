# k-fold cross-validation over groups: the models of the folds are trained as modele/NAME_model is, each on the records of the
# other folds, and evaluated on its own.

$(DATA)/folds.settings: $(DATA)/train.settings FORCE
	@{ cat $(DATA)/train.settings; echo 'folds $(FOLDS)'; } | { $(keep_if_same); }

$(CROSS_VALIDATION)/trained: $(DATA)/train.tens $(DATA)/validation.tens $(DATA)/folds.settings $(SPLIT_LIST)
	$(Q)$(MILLRACE)/cross-validate train $(NAME) $(FOLDS) $(SEED) --threads $(THREADS) \
		--notes "source=$$(cat $(DATA)/source)" --notes data_set=$(NAME)
	@touch $@

# A model that was trained since may get a temperature. Neither of the two trainings starts the other: what is looked at of a
# result that is there is a file that no rule makes.
$(CROSS_VALIDATION)/evaluated: $(CROSS_VALIDATION)/trained $(wildcard $(MODEL)/architecture.json)
	@$(SAY) evaluate $(CROSS_VALIDATION)
	$(Q)$(MILLRACE)/cross-validate evaluate $(NAME)
	@touch $@
