/* Public networks: downloaded, checked, and made model folders to start a training from.
 *
 * In FOLDER/ lie NAME/, the model; NAME.sha256, where the publisher gives no digest (pin.h); and
 * while it is fetched, or where that was cut short, NAME.partial and NAME.partial.origin
 * (fetch/download.h). */
#ifndef NETWORKS_FETCH_NETWORK_H
#define NETWORKS_FETCH_NETWORK_H

#include "base/progress.h"
#include "networks/network_recipe.h"

struct network_request {
	const char *folder;
	const char *file; /* weights that are at hand; NULL: of the recipe's address */
	int retries;      /* the rest as in struct download_request */
	double backoff;
	bool allow_private;
	const char *ca_file;
	struct progress *progress;
};

struct network_result {
	char *path;                /* of the model folder, the caller's to free */
	bool was_there;            /* already, from the same file: nothing was fetched or written */
	bool was_pinned;           /* its digest is the first one, and was kept */
	struct file_digest digest; /* of the file of weights; unless `was_there` */
};

/* Makes the recipe's model. A file that is not what it should be, by its digest or by the shapes of
 * its arrays, is removed if it was fetched. On failure (-1) a model that was there stays, and
 * result->path is NULL. */
CHECKED int network_fetch(struct network_result *result, const struct network_recipe *recipe,
	const struct network_request *request, struct error *error);

#endif
