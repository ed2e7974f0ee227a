/* Temperatures and expected calibration errors: PyTorch's and NumPy's
 * (tests/fixtures/train/make_calibration.py), and borders by hand. */
#include "train/calibration.h"

#include "base/file.h"
#include "model/temperature.h"
#include "tap.h"
#include "train/card.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 40, CLASSES = 4 };
static struct error error;

static double error_at(const float *probabilities, const int *labels, enum activation_kind last,
	double temperature)
{
	struct calibration calibration = {0};
	for (int i = 0; i < RECORDS; i++) {
		float p[CLASSES];
		int best = 0;
		temperature_scale(probabilities + i * CLASSES, 1, CLASSES, last, temperature, p);
		for (int k = 1; k < CLASSES; k++)
			best = p[k] > p[best] ? k : best;
		calibration_add(&calibration, (double)p[best], best == labels[i]);
	}
	return calibration_error(&calibration);
}

static void values_of_pytorch(void)
{
	char *text, *line;
	if (file_read_text(fixture("train/calibration.tsv"), 1 << 20, &text, &error))
		abort();
	for (char *rest = text; *(line = strsep(&rest, "\n"));) {
		const char *name = strsep(&line, "\t"), *scale = strsep(&line, "\t");
		enum activation_kind last =
			strcmp(name, "softmax") == 0 ? ACTIVATION_SOFTMAX : ACTIVATION_SIGMOID;
		double expected = atof(strsep(&line, "\t")), raw = atof(strsep(&line, "\t")),
		       scaled = atof(strsep(&line, "\t"));
		float probabilities[RECORDS * CLASSES];
		int labels[RECORDS];
		for (int i = 0; i < RECORDS; i++) {
			labels[i] = atoi(strsep(&line, "\t"));
			for (int k = 0; k < CLASSES; k++)
				probabilities[i * CLASSES + k] = strtof(strsep(&line, "\t"), NULL);
		}
		double got = temperature_fit(probabilities, labels, RECORDS, CLASSES, last);
		ok(fabs(got / expected - 1) < 6e-5, "%s of logits times %s: T = %g is PyTorch's",
			name, scale, got);
		is_near(error_at(probabilities, labels, last, 0), raw, 1e-12, "  error is NumPy's");
		is_near(error_at(probabilities, labels, last, expected), scaled, 1e-7,
			"  and after scaling");
	}
	free(text);
}

static void borders_of_fit(void)
{
	const float sure[] = {0.9F, 0.1F, 0.2F, 0.8F}, even[] = {0.5F, 0.5F},
		    zero[] = {1, 0, 0, 1, 1, 0};
	const int right[] = {0, 1}, wrong[] = {1, 0}, mixed[] = {0, 0, 0};
	const enum activation_kind softmax = ACTIVATION_SOFTMAX;
	is_near(temperature_fit(sure, right, 2, 2, softmax), 0.01, 0, "all right: the lower end");
	is_near(temperature_fit(sure, wrong, 2, 2, softmax), 100, 0, "all wrong: the upper end");
	is_near(temperature_fit(even, right, 1, 2, softmax), 1, 0, "all temperatures equal: 1");
	is_near(temperature_fit(NULL, NULL, 0, 2, softmax), 1, 0, "no pictures: 1");
	is_near(temperature_fit(sure, right, 2, 2, ACTIVATION_LINEAR), 1, 0, "no probabilities: 1");
	is_near(temperature_fit(zero, mixed, 3, 2, softmax), 100, 0,
		"a label of probability 0 is a finite loss");
	/* Confidence 0.8, right in 3 of 4: 0.8^b / (0.8^b + 0.2^b) = 3/4, b = log 3 / log 4. */
	const float four[] = {0.8F, 0.2F, 0.8F, 0.2F, 0.8F, 0.2F, 0.8F, 0.2F};
	const int three[] = {0, 0, 0, 1};
	is_near(temperature_fit(four, three, 4, 2, softmax), 1.2619, 0, "T = log 4 / log 3");
}

static void borders_of_error(void)
{
	struct calibration calibration = {0};
	ok(isnan(calibration_error(&calibration)), "no records: no error");
	calibration_add(&calibration, 1 / 15.0, true);
	calibration_add(&calibration, 0, false);
	is_integer((long long)calibration.records[0], 2, "0 and 1/15 are in the first bin");
	calibration_add(&calibration, 1, true);
	is_integer((long long)calibration.records[14], 1, "1 is in the last");
	is_near(calibration_error(&calibration), (1 - 1 / 15.0) / 3, 1e-15, "error by hand");
}

static void scaling(void)
{
	const float p[] = {0.8F, 0.2F, 0}, saturated[] = {0, 0.5F, 1, 0.2F};
	float out[4];
	temperature_scale(p, 1, 3, ACTIVATION_SOFTMAX, 2, out);
	is_near((double)out[0], 2 / 3.0, 1e-7, "square roots of 0.8 and 0.2 are as 2 to 1");
	is_near((double)out[2], 0, 0, "0 stays 0");
	temperature_scale(p, 1, 3, ACTIVATION_SOFTMAX, 0.01, out);
	ok(out[0] == 1 && out[1] >= 0 && out[1] < 1e-30F, "T = 0.01 overflows nothing");
	temperature_scale(saturated, 1, 4, ACTIVATION_SIGMOID, 2, out);
	ok(out[0] == 0 && out[1] == 0.5F && out[2] == 1, "sigmoid: 0, 1/2 and 1 stay");
	is_near((double)out[3], 1 / 3.0, 1e-7, "sigmoid: odds of 1 to 4 become 1 to 2");
	float two[] = {0.8F, 0.2F, 0.2F, 0.8F};
	temperature_scale(two, 2, 2, ACTIVATION_SOFTMAX, 2, two);
	ok(fabsf(two[0] - 2 / 3.0F) < 1e-6F && two[0] == two[3] && two[1] == two[2],
		"two vectors, in place");
	temperature_scale(p, 1, 3, ACTIVATION_SOFTMAX, 0, out);
	ok(out[0] == p[0] && out[1] == p[1], "no temperature: the same values");
}

static int read_card(const char *text, enum activation_kind last, double *temperature)
{
	json_t *card = json_loads(text, 0, NULL);
	int result = temperature_read(temperature, card, last, &error);
	json_decref(card);
	return result;
}

static void cards(void)
{
	static const char *const bad[] = {"{}", "{\"temperature\": 0.009}",
		"{\"temperature\": 101}", "{\"temperature\": \"2\"}", "[2]",
		"{\"temperature\": -1}"};
	double temperature;
	char text[80];
	ok(read_card("{}", ACTIVATION_LINEAR, &temperature) == 0 && temperature == 0,
		"a card without one");
	ok(temperature_read(&temperature, NULL, ACTIVATION_SOFTMAX, &error) == 0 &&
			temperature == 0,
		"no card");
	ok(read_card("{\"calibration\": {\"temperature\": 2}}", ACTIVATION_SIGMOID, &temperature) ==
				0 &&
			temperature == 2,
		"a card's temperature");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(text, sizeof text, "{\"calibration\": %s}", bad[i]);
		ok(read_card(text, ACTIVATION_SOFTMAX, &temperature) == -1, "refused: %s", bad[i]);
	}
	ok(read_card("{\"calibration\": {\"temperature\": 2}}", ACTIVATION_LINEAR, &temperature) ==
			-1,
		"refused: of outputs that are no probabilities");
}

static void write_file(const char *path, const char *text)
{
	if (output_bytes(path, text, strlen(text), &error))
		abort();
}

static void writing(void)
{
	const char *before = "{\n  \"z\": 0.1,\n  \"input\": {\n    \"width\": 8\n  },\n"
			     "  \"a\": 1.23456789012345e-5\n}\n";
	char *path = file_join(scratch(), "training.json"), *text = NULL;
	ok(card_write_calibration(scratch(), json_pack("{s:f}", "temperature", 2.0), &error) == -1,
		"a model without a card is refused");
	write_file(path, before);
	ok(card_write_calibration(scratch(), json_pack("{s:f}", "temperature", 0.0), &error) ==
				-1 &&
			file_read_text(path, 4096, &text, &error) == 0,
		"a temperature out of range is refused");
	is_text(text, before, "  and the card as it was");
	free(text);
	for (int i = 2; i < 4; i++)
		ok(card_write_calibration(scratch(),
			   json_pack("{s:f, s:i}", "temperature", i + 0.5, "folds", 5),
			   &error) == 0,
			"temperature written");
	if (file_read_text(path, 4096, &text, &error))
		abort();
	is_text(text,
		"{\n  \"z\": 0.1,\n  \"input\": {\n    \"width\": 8\n  },\n"
		"  \"a\": 1.23456789012345e-5,\n"
		"  \"calibration\": {\n    \"temperature\": 3.5,\n    \"folds\": 5\n  }\n}\n",
		"  the last one, and all else as it was");
	free(text);
	free(path);
}

int main(void)
{
	values_of_pytorch();
	borders_of_fit();
	borders_of_error();
	scaling();
	cards();
	writing();
	return done();
}
