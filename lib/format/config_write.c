#include "format/layer_format.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>

double shortest_decimal(float value)
{
	char text[32];
	for (int digits = 1; digits < 9; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, (double)value);
		if (strtof(text, NULL) == value)
			break;
	}
	return strtod(text, NULL);
}

const char *padding_name(enum padding padding)
{
	return padding == PADDING_SAME ? "same" : "valid";
}

json_t *numbers_value(const float *values, int count)
{
	if (count == 1)
		return json_real(shortest_decimal(values[0]));
	json_t *list = json_array();
	for (int i = 0; list && i < count; i++)
		list = json_add_item(list, json_real(shortest_decimal(values[i])));
	return list;
}

json_t *add_penalty(json_t *config, const struct layer *layer, const char *key, int index)
{
	struct penalty penalty = layer->penalties[index];
	char full[64];
	snprintf(full, sizeof full, "%s_regularizer", key);
	if (!(penalty.l1 > 0) && !(penalty.l2 > 0))
		return config;
	return json_add_member(config, full,
		json_pack("{s:s, s:s, s:{s:f, s:f}, s:n}", "module", "keras.regularizers",
			"class_name", "L1L2", "config", "l1", shortest_decimal(penalty.l1), "l2",
			shortest_decimal(penalty.l2), "registered_name"));
}
