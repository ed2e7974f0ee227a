#include "stream/npy_writer.h"

#include "base/bytes.h"

#include <errno.h>
#include <string.h>

/* Magic, version, u16 length of what follows: a Python dictionary, blanks and a newline. NumPy
 * aligns the data to 64. */
enum { PREFIX = 10, HEADER = 192 };

static int write_error(const struct npy_writer *writer, struct error *error)
{
	return error_system(error, writer->name);
}

int npy_writer_begin(const struct npy_writer *writer, struct error *error)
{
	const uint16_t one = 1;
	char order = writer->type[1] == '1' ? '|' : *(const unsigned char *)&one == 1 ? '<' : '>';
	unsigned char header[HEADER + 1] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
	char *text = (char *)header + PREFIX;
	store_u16(header + 8, HEADER - PREFIX);
	int used = snprintf(text, HEADER - PREFIX,
		"{'descr': '%c%s', 'fortran_order': False, 'shape': (", order, writer->type);
	for (int i = 0; i < writer->rank; i++)
		used += snprintf(text + used, (size_t)(HEADER - PREFIX - used), "%llu, ",
			(unsigned long long)writer->sizes[i]);
	used += snprintf(text + used, (size_t)(HEADER - PREFIX - used), "), }");
	memset(text + used, ' ', (size_t)(HEADER - PREFIX - used));
	header[HEADER - 1] = '\n';
	errno = EIO;
	return fwrite(header, 1, HEADER, writer->stream) == HEADER ? 0 : write_error(writer, error);
}

int npy_writer_add(struct npy_writer *writer, const void *row, size_t size, struct error *error)
{
	writer->sizes[0]++;
	errno = EIO;
	return fwrite(row, 1, size, writer->stream) == size ? 0 : write_error(writer, error);
}

int npy_writer_end(const struct npy_writer *writer, struct error *error)
{
	if (fseek(writer->stream, 0, SEEK_SET))
		return write_error(writer, error);
	return npy_writer_begin(writer, error);
}
