#include "nn/chain.h"

enum {
	LINKS = 4,   /* operations of a chain, at most */
	PIXELS = 48, /* of the last output that are computed together, at least */
	ROWS = 64    /* of an input that are read at once, at most */
};

/* ---- which operations ---- */

static struct operation *before(const struct operation *operation)
{
	return operation->inputs[0]->producer;
}

bool is_chain(const struct operation *operation)
{
	return !operation->is_chained && before(operation) && before(operation)->is_chained;
}

static int links_of(const struct operation *last)
{
	int count = 1;
	for (; before(last) && before(last)->is_chained; last = before(last))
		count++;
	return count;
}

/* Rows of the last output that are computed together. */
static int rows_together(const struct operation *last)
{
	return smaller((PIXELS + last->out.width - 1) / last->out.width, last->out.height);
}

/* Rows of its input that `rows` rows of an operation's output depend on. */
static int rows_below(const struct operation *operation, int rows)
{
	return (rows - 1) * operation->row_window.stride + operation->row_window.height;
}

/* Whether a chain that ends so reads no more rows at once than there is room for. */
static bool has_room(const struct operation *last)
{
	int rows = rows_together(last);
	for (int links = links_of(last); links-- > 0; last = before(last)) {
		rows = rows_below(last, smaller(rows, last->out.height));
		if (rows > ROWS)
			return false;
	}
	return true;
}

/* Whether the second reads nothing else, and nothing else the first. */
static bool can_chain(const struct operation *first, const struct operation *second)
{
	return first && first->forward_rows && second->forward_rows && !first->adds &&
		first->output_value->uses == 1 && shape_is_same(first->out, second->in) &&
		links_of(first) < LINKS;
}

/* What a chain reads must be there until its last operation runs. */
static void extend_uses(const struct operation *operation, int last)
{
	for (int k = 0; k < operation->input_count; k++)
		if (operation->inputs[k]->last_use < last)
			operation->inputs[k]->last_use = last;
}

void link_chains(struct network *network)
{
	for (int i = 0; i < network->operation_count; i++) {
		struct operation *operation = &network->operations[i], *first = before(operation);
		if (can_chain(first, operation)) {
			first->is_chained = true;
			first->is_chained = has_room(operation);
		}
	}
	for (int i = 0; i < network->operation_count; i++) {
		const struct operation *operation = &network->operations[i];
		for (; before(operation) && before(operation)->is_chained;
			operation = before(operation))
			extend_uses(before(operation), i);
	}
}

/* ---- rings of rows ---- */

/* One operation of a chain at work on one sample. */
struct link {
	const struct operation *operation;
	size_t line;  /* floats of a row of its output */
	float *ring;  /* row y lies at y % capacity */
	int capacity; /* rows; of the last operation, whose ring is its output, all */
	int next;     /* the first row that is not computed yet */
};

/* Sets the links' sizes, the first operation first; returns their number. */
static int size_links(const struct operation *last, struct link *links)
{
	int count = links_of(last), capacity = rows_together(last);
	for (int i = count; i-- > 0; last = before(last)) {
		links[i] = (struct link){.operation = last,
			.line = (size_t)last->out.width * (size_t)last->out.channels,
			.capacity = smaller(capacity, last->out.height)};
		capacity = rows_below(last, links[i].capacity);
	}
	return count;
}

void chain_allocate(struct network *network, const struct operation *last)
{
	struct link links[LINKS];
	size_t floats = 0;
	for (int i = 0, count = size_links(last, links); i + 1 < count; i++)
		floats += links[i].line * (size_t)links[i].capacity + CHANNEL_BLOCK;
	if (network->ring_count < floats)
		network->ring_count = floats;
}

struct chain {
	const struct network *network;
	const struct operation *last;
	int parts; /* that a sample's rows are divided into */
};

/* A chain at work on some rows of a sample. */
struct chain_work {
	const struct network *network;
	int sample;
	struct link links[LINKS];
	const float *input; /* the sample's */
	float *scratch;
};

static void compute_until(struct chain_work *work, int index, int end);

/* Finds rows [first, first + count) of the input of link `index`. */
static void find_input(struct chain_work *work, int index, int first, int count, const float **rows)
{
	const struct shape in = work->links[index].operation->in;
	const struct link *source = index > 0 ? &work->links[index - 1] : NULL;
	size_t line = (size_t)in.width * (size_t)in.channels;
	if (source)
		compute_until(work, index - 1, smaller(first + count, in.height));
	for (int i = 0, y = first; i < count; i++, y++)
		rows[i] = y < 0 || y >= in.height ? NULL
			: index == 0              ? work->input + (size_t)y * line
				     : source->ring + (size_t)(y % source->capacity) * line;
}

/* Computes rows of a link up to `end`, as many at a time as its ring has before its end. */
static void compute_until(struct chain_work *work, int index, int end)
{
	struct link *link = &work->links[index];
	const struct row_window window = link->operation->row_window;
	while (link->next < end) {
		int slot = link->next % link->capacity,
		    count = smaller(end - link->next, link->capacity - slot);
		const float *in[ROWS];
		find_input(work, index, link->next * window.stride - window.top,
			rows_below(link->operation, count), in);
		const struct output_rows rows = {.sample = work->sample,
			.first = link->next,
			.count = count,
			.in = in,
			.out = link->ring + (size_t)slot * link->line,
			.scratch = work->scratch};
		link->operation->forward_rows(work->network, link->operation, &rows);
		link->next += count;
	}
}

/* The first row of each link that row `first` of the last one depends on. */
static void begin_links(struct link *links, int count, int first)
{
	for (int i = count; i-- > 0;) {
		const struct row_window window = links[i].operation->row_window;
		links[i].next = first < 0 ? 0 : first;
		first = links[i].next * window.stride - window.top;
	}
}

static void chain_part(void *context, int index, int worker)
{
	const struct chain *task = context;
	const struct operation *last = task->last;
	int sample = index / task->parts, part = index % task->parts, height = last->out.height;
	struct chain_work work = {.network = task->network,
		.sample = sample,
		.scratch = worker_scratch(task->network, worker)};
	int count = size_links(last, work.links), step = rows_together(last);
	float *ring = task->network->rings + (size_t)worker * task->network->ring_count;
	for (int i = 0; i + 1 < count; i++) {
		work.links[i].ring = ring;
		ring += work.links[i].line * (size_t)work.links[i].capacity + CHANNEL_BLOCK;
	}
	const struct operation *first = work.links[0].operation;
	work.input = first->input + (size_t)sample * shape_count(first->in);
	work.links[count - 1].ring = last->output + (size_t)sample * shape_count(last->out);
	work.links[count - 1].capacity = height;
	begin_links(work.links, count, part_begin(part, task->parts, height));
	int end = part_begin(part + 1, task->parts, height);
	for (int y = work.links[count - 1].next; y < end; y += step)
		compute_until(&work, count - 1, smaller(y + step, end));
}

static int greatest_common_divisor(int a, int b)
{
	return b ? greatest_common_divisor(b, a % b) : a;
}

/* As many parts for each thread, if a part has two rows. */
static int chain_parts(const struct operation *last, int threads, int n)
{
	int most = last->out.height / 2;
	return smaller(threads / greatest_common_divisor(n, threads), most > 1 ? most : 1);
}

void chain_forward(struct network *network, const struct operation *last, int n)
{
	struct chain task = {network, last, chain_parts(last, parallel_threads(network->pool), n)};
	parallel_for(network->pool, n * task.parts, chain_part, &task);
}
