# The rules for one data set. $(1) is its name; built files lie in data/$(1)/, the
# model in modele/$(1)_model/. A file is touched only when its content differs, so
# that a step runs again only for a reason.

# setting(NAME, VARIABLE, default): the command line, pipelines/NAME.mk, the default.
setting = $(or $($(2)),$($(1)_$(2)),$(3))

pack_options = --size $(call setting,$(1),SIZE,150x150) $($(1)_PACK)

# Which pictures are one, where the images were split here.
split_list = $(if $($(1)_IDX_TRAIN),,data/$(1)/split.tsv)

# What the model card says of pictures that are in training and validation.
leaked_note = $(if $(call split_list,$(1)),--notes "leaked=$$$$($$(MILLRACE)/count-leaked $(call split_list,$(1)))")

# Writes standard input to $@ if that changes it.
keep_if_same = cat >$@.new; if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# What identifies the files of a folder: name, size, time. A missing folder is empty.
list_files = (cd '$(1)' 2>/dev/null && find -L . -type f $(2) -printf '%P\t%s\t%T@\n' | LC_ALL=C sort || true)

define dataset_rules
$(1)-data: data/$(1)/train.tens data/$(1)/validation.tens

$(1)-model: $(foreach result,poids.h5 evaluation.tsv predictions.tsv explained report.html,modele/$(1)_model/$(result))
	@$$(MILLRACE)/say-accuracy modele/$(1)_model/evaluation.tsv
	@echo "modele/$(1)_model is ready: open modele/$(1)_model/report.html"

$(1)-review: data/$(1)/split.tsv
	$$(MILLRACE_BIN)browse-dataset data/$(1)/split

$(1)-clean:
	rm -rf modele/$(1)_model $(addprefix data/$(1)/,*.tens *.list *.settings source split split.tsv audit.tsv drawings)
	if [ -L data/$(1)/images ]; then rm data/$(1)/images; fi
.PHONY: $(1)-data $(1)-model $(1)-review $(1)-clean

$(if $($(1)_IDX_TRAIN),$(call idx_rules,$(1)),$(call image_rules,$(1)))
$(call model_rules,$(1))
endef

# From pictures in class folders.
define image_rules
data/$(1)/source: FORCE | $$(MILLRACE_PROGRAMS)
	@$$(MILLRACE)/fetch-images $(1) '$$(SEED)'

data/$(1)/images.list: data/$(1)/source FORCE
	@$$(call list_files,data/$(1)/images,-not -path './predict/*' -not -name manifest.tsv) | { $$(keep_if_same); }

data/$(1)/predict.list: data/$(1)/source FORCE
	@$$(call list_files,data/$(1)/images/predict) | { $$(keep_if_same); }

# split-dataset names the pictures that cannot be decoded and leaves them out; that fails here only when there is
# no split. Of a source that is split already it says in audit.tsv what that gives away.
data/$(1)/split.tsv: data/$(1)/images.list | $$(MILLRACE_PROGRAMS)
	@$$(SAY) split data/$(1)/images
	@rm -f $$@.new
	$$(Q)how="--validation-split $(call setting,$(1),VALIDATION,0.2)"; \
	[ ! -d data/$(1)/images/train ] || [ ! -d data/$(1)/images/validation ] || how=--audit; \
	$$(MILLRACE_BIN)split-dataset $$$$how --seed $$(SEED) --threads $$(THREADS) --manifest $$@.new data/$(1)/images data/$(1)/split >data/$(1)/audit.tsv || [ -s $$@.new ]
	@[ -s data/$(1)/audit.tsv ] || rm data/$(1)/audit.tsv
	@mv $$@.new $$@

data/$(1)/train.list data/$(1)/validation.list: data/$(1)/%.list: data/$(1)/split.tsv
	@$$(call list_files,data/$(1)/split/$$*) | { $$(keep_if_same); }

data/$(1)/pack.settings: FORCE
	@mkdir -p $$(@D)
	@echo '$(call pack_options,$(1))' | { $$(keep_if_same); }

# pack-tensors names the pictures that cannot be read and leaves them out; that
# fails here only when nothing was left to write.
data/$(1)/train.tens: data/$(1)/train.list data/$(1)/pack.settings
	@$$(SAY) pack data/$(1)/split/train
	@rm -f $$@.new
	$$(Q)$$(MILLRACE_BIN)pack-tensors $(call pack_options,$(1)) --threads $$(THREADS) -o $$@.new data/$(1)/split/train || [ -s $$@.new ]
	@mv $$@.new $$@

data/$(1)/validation.tens: data/$(1)/validation.list data/$(1)/train.tens data/$(1)/pack.settings
	@$$(SAY) pack data/$(1)/split/validation
	@rm -f $$@.new
	$$(Q)$$(MILLRACE_BIN)pack-tensors $(call pack_options,$(1)) --threads $$(THREADS) --classes-from data/$(1)/train.tens -o $$@.new data/$(1)/split/validation || [ -s $$@.new ]
	@mv $$@.new $$@
endef

# From the IDX files of MNIST and its descendants.
define idx_rules
data/$(1)/source:
	@mkdir -p $$(@D)
	@echo '$($(1)_SOURCE)' >$$@

data/$(1)/predict.list: data/$(1)/source
	@: >$$@

data/$(1)/train.tens: | $$(MILLRACE_PROGRAMS)
	@mkdir -p $$(@D)
	@$$(SAY) pack $$@
	$$(Q)$$(MILLRACE_BIN)pack-tensors $($(1)_PACK) -o $$@ --idx $($(1)_IDX_TRAIN)

data/$(1)/validation.tens: | $$(MILLRACE_PROGRAMS)
	@mkdir -p $$(@D)
	@$$(SAY) pack $$@
	$$(Q)$$(MILLRACE_BIN)pack-tensors $($(1)_PACK) -o $$@ --idx $($(1)_IDX_VALIDATION)
endef

define model_rules
data/$(1)/train.settings: data/$(1)/source FORCE
	@echo "EPOCHS=$(call setting,$(1),EPOCHS,50)" "PRESET=$(call setting,$(1),PRESET,keras)" \
		"--architecture $(call setting,$(1),ARCHITECTURE,original) --batch-size $(call setting,$(1),BATCH,16)" \
		"--seed $$(SEED) $($(1)_TRAIN)" "source=$$$$(cat data/$(1)/source)" | { $$(keep_if_same); }

modele/$(1)_model/poids.h5: data/$(1)/train.tens data/$(1)/validation.tens data/$(1)/train.settings
	@mkdir -p modele
	@$$(SAY) train modele/$(1)_model
	$$(Q)$$(MILLRACE_BIN)augment --preset $(call setting,$(1),PRESET,keras) --passes $(call setting,$(1),EPOCHS,50) --seed $$(SEED) --threads $$(THREADS) data/$(1)/train.tens | \
	$$(MILLRACE_BIN)cnn-train --architecture $(call setting,$(1),ARCHITECTURE,original) --epochs $(call setting,$(1),EPOCHS,50) --batch-size $(call setting,$(1),BATCH,16) \
		--seed $$(SEED) --threads $$(THREADS) $($(1)_TRAIN) --notes "source=$$$$(cat data/$(1)/source)" $(call leaked_note,$(1)) --validation data/$(1)/validation.tens -o modele/$(1)_model

modele/$(1)_model/evaluation.tsv: modele/$(1)_model/poids.h5 $(call split_list,$(1))
	@$$(SAY) evaluate data/$(1)/validation.tens
	$$(Q)$$(MILLRACE_BIN)cnn-predict -m $$(@D) --evaluate $(addprefix --leaked ,$(call split_list,$(1))) --threads $$(THREADS) --confusion $$(@D)/confusion.png data/$(1)/validation.tens >$$@.new
	@mv $$@.new $$@

modele/$(1)_model/predictions.tsv: modele/$(1)_model/poids.h5 data/$(1)/predict.list
	@$$(SAY) predict $$(@D)/predictions
	$$(Q)$$(MILLRACE)/predict-images '$(1)' >$$@.new
	@mv $$@.new $$@

modele/$(1)_model/explained: modele/$(1)_model/poids.h5 data/$(1)/predict.list
	@$$(SAY) explain $$(@D)/saliency
	$$(Q)$$(MILLRACE)/explain-images '$(1)'
	@touch $$@

modele/$(1)_model/report.html: modele/$(1)_model/evaluation.tsv
	@$$(SAY) report $$@
	$$(Q)$$(MILLRACE_BIN)model-report -m $$(@D) --validation data/$(1)/validation.tens $(addprefix --leaked ,$(call split_list,$(1))) -o $$@
endef
