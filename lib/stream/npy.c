#include "stream/npy.h"

#include "base/bytes.h"

#include <errno.h>
#include <string.h>

/* Magic, version, u16 length of what follows: a Python dictionary, blanks and a newline. NumPy aligns the data
 * to 64. */
enum { PREFIX = 10, HEADER = 192 };

static int failed(const struct npy *npy, struct error *error)
{
	return error_system(error, npy->name);
}

int npy_begin(const struct npy *npy, struct error *error)
{
	const uint16_t one = 1;
	char order = npy->type[1] == '1' ? '|' : *(const unsigned char *)&one == 1 ? '<' : '>';
	unsigned char header[HEADER + 1] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
	char *text = (char *)header + PREFIX;
	store_u16(header + 8, HEADER - PREFIX);
	int used = snprintf(text, HEADER - PREFIX, "{'descr': '%c%s', 'fortran_order': False, 'shape': (", order,
		npy->type);
	for (int i = 0; i < npy->rank; i++)
		used += snprintf(text + used, (size_t)(HEADER - PREFIX - used), "%llu, ",
			(unsigned long long)npy->sizes[i]);
	used += snprintf(text + used, (size_t)(HEADER - PREFIX - used), "), }");
	memset(text + used, ' ', (size_t)(HEADER - PREFIX - used));
	header[HEADER - 1] = '\n';
	errno = EIO;
	return fwrite(header, 1, HEADER, npy->stream) == HEADER ? 0 : failed(npy, error);
}

int npy_add(struct npy *npy, const void *row, size_t size, struct error *error)
{
	npy->sizes[0]++;
	errno = EIO;
	return fwrite(row, 1, size, npy->stream) == size ? 0 : failed(npy, error);
}

int npy_end(const struct npy *npy, struct error *error)
{
	if (fseek(npy->stream, 0, SEEK_SET))
		return failed(npy, error);
	return npy_begin(npy, error);
}
