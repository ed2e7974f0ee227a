/* Recipes: those that are part of the project, the pages that they give, and every kind of mistake in one. */
#include "base/file.h"
#include "scrape/recipe.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct recipe load(const char *text, struct error *error)
{
	char path[200];
	struct recipe recipe;
	snprintf(path, sizeof path, "%s/recipe", scratch());
	if (output_bytes(path, text, strlen(text), error) || recipe_read(&recipe, path, error))
		recipe = (struct recipe){0};
	return recipe;
}

static void gives(const struct recipe *recipe, const char *api, const char *query, int index, const char *expected)
{
	struct error error;
	char *url = recipe_page(recipe, api, query, index, &error);
	is_text(url ? url : error.reason, expected, query);
	free(url);
}

static void pages(void)
{
	struct error error;
	struct recipe recipe = load("item = //a\nimage = @href\nfirst = 1\nstep = 35\n"
				    "page = http://h/?q={query}&n={page}&i={index}\n\t&o={offset}\npage Tag: = {api}/t/{rest}\n", &error);
	gives(&recipe, NULL, "red shells & sand", 2, "http://h/?q=red%20shells%20%26%20sand&n=3&i=2&o=71");
	gives(&recipe, "https://a", "Tag:x/y", 0, "https://a/t/x%2Fy");
	gives(&recipe, NULL, "Tag:x", 0, "needs --api");
	gives(&recipe, "file:///etc", "Tag:x", 0, "neither http nor https");
	ok(recipe_is_numbered(&recipe, "x") && !recipe_is_numbered(&recipe, "Tag:x"), "which are numbered");
	recipe_free(&recipe);
	recipe = load("item = //a\nimage = @href\npage = http://h/{nothing}\n", &error);
	gives(&recipe, NULL, "x", 0, "page: '{nothing}' stands for nothing");
	recipe_free(&recipe);
	recipe = load("item = //a\nimage = @href\npage = http://h/{query\n", &error);
	gives(&recipe, NULL, "x", 0, "page: '{query' stands for nothing");
	recipe_free(&recipe);
	recipe = load("item = //a\nimage = @href\n", &error);
	gives(&recipe, NULL, "x", 0, "needs --url: it has no page for 'x'");
	recipe_free(&recipe);
}

static void mistakes(void)
{
	static const char *const cases[][2] = {{"", "a recipe needs an item and an image"},
		{"item = //a\n", "a recipe needs an item and an image"}, {"hello\n", "not of the form KEY = VALUE"},
		{"= x\n", "not of the form KEY = VALUE"}, {"colour = red\n", "colour: no such key"},
		{"title = x\nlike = mediawiki\n", "like: no such key"}, {"format = pdf\n", "format: html or xml"},
		{"documented-api = maybe\n", "documented-api: yes or no"}, {"rate = 0\n", "rate: a number from 0.001 to 1000"},
		{"rate = fast\n", "rate: a number from 0.001 to 1000"}, {"step = 0\n", "step: a whole number from 1 to 1000000"},
		{"first = -1\n", "first: a whole number from 0 to 1000000"}, {"image = @@\n", "image: no XPath expression"},
		{"next = ((\n", "next: no XPath expression"}};
	struct error error;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct recipe recipe = load(cases[i][0], &error);
		is_text(recipe.item ? "accepted" : error.reason, cases[i][1], cases[i][0]);
		recipe_free(&recipe);
	}
	char path[200], text[300];
	snprintf(path, sizeof path, "%s/recipe", scratch());
	snprintf(text, sizeof text, "like = %s\n", path);
	load(text, &error);
	is_text(error.reason, "like: recipes that are like each other", "a recipe like itself");
}

static char *project_file(const char *name)
{
	char *path = strdup(fixture("../../data/"));
	char *joined = file_join(path, name);
	free(path);
	return joined;
}

static void project_recipes(void)
{
	char *data = project_file("");
	setenv("MILLRACE_DATA", data, 1);
	static const char *const sites[] = {"page", "listing", "mediawiki", "commons", "bulbagarden", "fandom"};
	struct error error;
	for (int i = 0; i < 6; i++) {
		struct recipe recipe;
		ok(recipe_read(&recipe, sites[i], &error) == 0, "data/sites/%s", sites[i]);
		ok(recipe.title != NULL, "has a title");
		recipe_free(&recipe);
	}
	struct recipe commons;
	ok(recipe_read(&commons, "commons", &error) == 0 && commons.page_count == 3 && commons.images.count == 1, "like: all of it");
	gives(&commons, "http://ignored/", "Category:Pikachu", 0,
		"https://commons.wikimedia.org/w/api.php?action=query&format=xml&prop=imageinfo&iiprop=url%7Csize%7Cmime"
		"&generator=categorymembers&gcmtitle=Category%3APikachu&gcmtype=file&gcmlimit=50");
	recipe_free(&commons);
	static const char *const datasets[] = {"pokemon/recipe", "dragonball/recipe", "fairytail/recipe"};
	for (int i = 0; i < 3; i++) {
		struct dataset_recipe dataset;
		char *path = project_file(datasets[i]);
		ok(dataset_recipe_read(&dataset, path, &error) == 0 && dataset.classes.count >= 4, "data/%s", datasets[i]);
		for (size_t j = 0; j < dataset.sites.count; j++) {
			struct recipe recipe;
			ok(recipe_read(&recipe, dataset.sites.items[j], &error) == 0, "its site %s", dataset.sites.items[j]);
			ok(recipe.api || dataset.api, "has an interface");
			recipe_free(&recipe);
		}
		dataset_recipe_free(&dataset);
		free(path);
	}
	free(data);
}

static void dataset_mistakes(void)
{
	static const char *const cases[][2] = {{"class = x\n", "names no site to scrape"}, {"site = x\n", "names no class to scrape"},
		{"class = ../x\n", "class: '../x' can't name a folder"}, {"class = x |\n", "class: nothing after '|'"},
		{"count = many\n", "count: a whole number from 0 to 1000000"}, {"color = x\n", "color: no such key"}};
	char path[200];
	snprintf(path, sizeof path, "%s/dataset", scratch());
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct dataset_recipe dataset;
		struct error error = {0};
		if (output_bytes(path, cases[i][0], strlen(cases[i][0]), &error) == 0)
			ok(dataset_recipe_read(&dataset, path, &error) == -1, "refused");
		is_text(error.reason, cases[i][1], cases[i][0]);
	}
}

int main(void)
{
	pages();
	mistakes();
	project_recipes();
	dataset_mistakes();
	return done();
}
