// SPDX-License-Identifier: GPL-2.0-only
/*
 * Put a named fault into a copy of the engine.
 *
 *	mutate LIST                   the names in file LIST
 *	mutate LIST NAME FROM TO      apply one: FROM/file to TO/file, and
 *	                              print the line that names it
 *
 * The list has, for each fault,
 *
 *	== name
 *	file [unit]
 *	<<<<
 *	text to be replaced, which must be there exactly once
 *	====
 *	text to put in its place
 *	>>>>
 *
 * and anything between >>>> and == is a remark. The word unit tells that unit
 * tests should have the first try.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what, const char *which)
{
	fprintf(stderr, "mutate: %s: %s\n", which, what);
	exit(2);
}

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text;
	long n;

	if (!f)
		die("cannot be opened", path);
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	text = calloc(1, n + 2);
	if (!text || fread(text + 1, 1, n, f) != (size_t)n)
		die("cannot be read", path);
	fclose(f);
	text[0] = '\n';
	return text;
}

/* Cut @text at the line @mark and return what comes after it. */
static char *cut(char *text, const char *mark, const char *name)
{
	char line[16];
	char *at;

	snprintf(line, sizeof(line), "\n%s\n", mark);
	at = strstr(text, line);
	if (!at)
		die("incomplete entry", name);
	at[1] = 0;
	return at + strlen(line);
}

static void list(char *text)
{
	for (text = strstr(text, "\n== "); text; text = strstr(text, "\n== ")) {
		text += 4;
		printf("%.*s\n", (int)strcspn(text, "\n"), text);
	}
}

static void apply(char *text, const char *name, const char *from,
		  const char *to)
{
	char path[4096], head[256];
	char *file, *old, *new, *source, *at;
	FILE *out;

	snprintf(head, sizeof(head), "\n== %s\n", name);
	file = strstr(text, head);
	if (!file)
		die("no such fault", name);
	file += strlen(head);
	old = cut(file - 1, "<<<<", name);
	new = cut(old - 1, "====", name);
	cut(new - 1, ">>>>", name);
	file[strcspn(file, "\n")] = 0;

	puts(file);
	file[strcspn(file, " ")] = 0;
	snprintf(path, sizeof(path), "%s/%s", from, file);
	source = slurp(path) + 1;
	at = strstr(source, old);
	if (!at || strstr(at + 1, old))
		die("its text is not there exactly once", name);
	snprintf(path, sizeof(path), "%s/%s", to, file);
	out = fopen(path, "w");
	if (!out)
		die("cannot be written", path);
	fwrite(source, 1, at - source, out);
	fputs(new, out);
	fputs(at + strlen(old), out);
	fclose(out);
}

int main(int argc, char **argv)
{
	if (argc == 2)
		list(slurp(argv[1]));
	else if (argc == 5)
		apply(slurp(argv[1]), argv[2], argv[3], argv[4]);
	else
		die("usage: mutate LIST [NAME FROM TO]", argv[0]);
	return 0;
}
