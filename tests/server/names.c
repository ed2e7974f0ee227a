/* A name server (RFC 1035) whose answers change from query to query.
 *
 *   names LOG NAME=ANSWER[/ANSWER...]...
 *
 * Serves on UDP port 53 of 127.0.0.1 and prints "ready". An ANSWER is IPv4 and IPv6 addresses
 * separated by commas; the first query of a name gets its first ANSWER, the second its second, and
 * all further ones its last; A and AAAA queries are counted separately. Any other name does not
 * exist. The TTL is 0. Each answer adds a line "NAME<tab>A|AAAA<tab>ANSWER" to LOG. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum {
	MESSAGE_SIZE = 512,
	HEADER_SIZE = 12,
	NAME_SIZE = 256,
	TEXT_SIZE = 256,
	TYPE_A = 1,
	TYPE_AAAA = 28,
	NO_SUCH_NAME = 3
};

struct name {
	const char *text, *answers;
	int asked[2]; /* for IPv4, IPv6 addresses */
};

static struct name *names;
static int name_count;

/* ---- answers of names ---- */

static struct name *find_name(const char *text)
{
	for (int i = 0; i < name_count; i++)
		if (strcasecmp(names[i].text, text) == 0)
			return &names[i];
	return NULL;
}

/* The next answer of the name, into out[size]. */
static void next_answer(struct name *name, bool six, char *out, size_t size)
{
	const char *answer = name->answers;
	for (int skip = name->asked[six]++; skip > 0 && strchr(answer, '/'); skip--)
		answer = strchr(answer, '/') + 1;
	snprintf(out, size, "%.*s", (int)strcspn(answer, "/"), answer);
}

/* ---- messages ---- */

/* Reads the question's name, "a.b", and type; returns its end, or 0 if it is invalid. */
static size_t read_question(const unsigned char *message, size_t size, char *name, int *type)
{
	size_t at = HEADER_SIZE, used = 0;
	while (at < size && message[at]) {
		size_t length = message[at++];
		if (length > 63 || at + length >= size || used + length + 2 > NAME_SIZE)
			return 0;
		memcpy(name + used, message + at, length);
		used += length;
		name[used++] = '.';
		at += length;
	}
	if (!used || at + 5 > size)
		return 0;
	name[used - 1] = 0;
	*type = message[at + 1] << 8 | message[at + 2];
	return at + 5;
}

/* Appends a record for each address of the family; returns how many. */
static int write_records(unsigned char *message, size_t *size, int type, char *addresses)
{
	/* The name is a pointer to offset 12; class IN; TTL 0. */
	unsigned char record[12] = {0xc0, HEADER_SIZE, 0, (unsigned char)type, 0, 1, 0, 0, 0, 0, 0,
		type == TYPE_A ? 4 : 16};
	int count = 0;
	for (char *rest, *address = strtok_r(addresses, ",", &rest); address;
		address = strtok_r(NULL, ",", &rest)) {
		unsigned char binary[16];
		if (*size + sizeof record + sizeof binary > MESSAGE_SIZE ||
			inet_pton(type == TYPE_A ? AF_INET : AF_INET6, address, binary) != 1)
			continue;
		memcpy(message + *size, record, sizeof record);
		memcpy(message + *size + sizeof record, binary, record[11]);
		*size += sizeof record + record[11];
		count++;
	}
	return count;
}

/* Replaces a query by its response. Returns its size, 0: none. */
static size_t answer(unsigned char *message, size_t got, FILE *log)
{
	char text[NAME_SIZE], addresses[TEXT_SIZE] = "";
	int type;
	size_t size = got > HEADER_SIZE ? read_question(message, got, text, &type) : 0;
	if (!size)
		return 0;
	struct name *name = find_name(text);
	bool known = name && (type == TYPE_A || type == TYPE_AAAA);
	if (known) {
		next_answer(name, type == TYPE_AAAA, addresses, sizeof addresses);
		fprintf(log, "%s\t%s\t%s\n", text, type == TYPE_A ? "A" : "AAAA", addresses);
		fflush(log);
	}
	int count = known ? write_records(message, &size, type, addresses) : 0;
	const unsigned char head[] = {0x84, (unsigned char)(0x80 | (name ? 0 : NO_SUCH_NAME)), 0, 1,
		0, (unsigned char)count, 0, 0, 0, 0};
	memcpy(message + 2, head, sizeof head);
	return size;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons(53),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	FILE *log = argc > 1 ? fopen(argv[1], "we") : NULL;
	names = calloc((size_t)argc, sizeof *names);
	if (!log || !names || bind(server, (struct sockaddr *)&address, sizeof address))
		return 1;
	for (int i = 2; i < argc; i++) {
		char *answers = strchr(argv[i], '=');
		if (!answers)
			return 1;
		*answers = 0;
		names[name_count++] = (struct name){.text = argv[i], .answers = answers + 1};
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		unsigned char message[MESSAGE_SIZE];
		struct sockaddr_in from;
		socklen_t from_size = sizeof from;
		ssize_t got = recvfrom(server, message, sizeof message, 0, (struct sockaddr *)&from,
			&from_size);
		size_t size = got > 0 ? answer(message, (size_t)got, log) : 0;
		if (size)
			sendto(server, message, size, 0, (struct sockaddr *)&from, from_size);
	}
}
