// SPDX-License-Identifier: GPL-2.0-only
/*
 * source.c - source lines of a module that has debug information, read by libdw.
 *
 * Compilers put DWARF into custom sections .debug_*; its addresses are offsets in the contents of
 * the code section.  libdw reads ELF, so these sections are given to it as an ELF file in memory.
 *
 * Guarantees: whatever the sections hold, lines are wrong or missing at worst.
 */
#include <elf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "guest.h"
#include "source.h"

#include "../core/reader.h"

#define SECTIONS_MAX 32u
#define SECTION_CUSTOM 0
#define SECTION_CODE 10
#define ALIGN 8u

/* A place in the code from which on a line holds; @file is NULL where a sequence ends. */
struct row {
	u64 address;
	size_t order;
	const char *file;
	u32 line;
};

/**
 * struct ctl_source - a line table
 * @code: where the contents of the code section begin
 * @rows: by ascending address
 * @limit: of their number: each that a table really has takes a byte of the module at least, while
 *	many units may share a table
 */
struct ctl_source {
	char *elf_bytes;
	Elf *elf;
	Dwarf *dwarf;
	u32 code;
	struct row *rows;
	size_t num_rows;
	size_t max_rows;
	size_t limit;
};

struct section {
	struct kwasm_name name;
	const u8 *data;
	u32 size;
};

struct sections {
	struct section section[SECTIONS_MAX];
	u32 num;
	u32 code;
};

static bool is_debug(const struct kwasm_name *name)
{
	static const char prefix[] = ".debug_";

	return name->len > strlen(prefix) && !memcmp(name->str, prefix, strlen(prefix));
}

static void read_custom(struct sections *all, struct kwasm_reader *r, u32 end)
{
	struct section s;

	s.name.len = kwasm_read_leb_u32(r);
	s.name.str = (const char *)kwasm_read_bytes(r, s.name.len);
	if (r->err || r->pos > end || all->num == SECTIONS_MAX || !is_debug(&s.name))
		return;
	s.data = r->bytes + r->pos;
	s.size = end - r->pos;
	all->section[all->num++] = s;
}

/* The module has been decoded, so that its sections are well formed. */
static void find_sections(struct sections *all, const struct kwasm_module *m)
{
	struct kwasm_diag diag;
	struct kwasm_reader r = {
		.bytes = m->bytes, .pos = 8, .end = m->size, .func = KWASM_DIAG_NONE,
		.diag = &diag,
	};
	u32 id, size, end;

	kwasm_diag_init(&diag);
	all->num = 0;
	all->code = 0;
	while (!r.err && r.pos < r.end) {
		id = kwasm_read_u8(&r);
		size = kwasm_read_leb_u32(&r);
		if (r.err || size > r.end - r.pos)
			return;
		end = r.pos + size;
		if (id == SECTION_CODE)
			all->code = r.pos;
		else if (id == SECTION_CUSTOM)
			read_custom(all, &r, end);
		r.pos = end;
	}
}

static size_t aligned(size_t n)
{
	return round_up(n, (size_t)ALIGN);
}

/* Header, sections, their names, section headers: the null one, one each, that of the names. */
static char *make_elf(const struct sections *all, size_t *size)
{
	size_t names = sizeof(Elf32_Ehdr), at = sizeof(Elf32_Ehdr), used = 1;
	Elf32_Shdr *sh;
	Elf32_Ehdr *eh;
	char *bytes;
	u32 i;

	for (i = 0; i < all->num; i++) {
		names += aligned(all->section[i].size);
		used += all->section[i].name.len + 1;
	}
	names = aligned(names);
	*size = aligned(names + used + sizeof(".shstrtab")) +
		(all->num + 2) * sizeof(Elf32_Shdr);
	bytes = *size > S32_MAX ? NULL : calloc(1, *size);
	if (!bytes)
		return NULL;
	eh = (Elf32_Ehdr *)bytes;
	memcpy(eh->e_ident, ELFMAG, SELFMAG);
	eh->e_ident[EI_CLASS] = ELFCLASS32;
	eh->e_ident[EI_DATA] = ELFDATA2LSB;
	eh->e_ident[EI_VERSION] = EV_CURRENT;
	eh->e_type = ET_EXEC;
	eh->e_version = EV_CURRENT;
	eh->e_ehsize = sizeof(*eh);
	eh->e_shoff = (u32)(*size - (all->num + 2) * sizeof(*sh));
	eh->e_shentsize = sizeof(*sh);
	eh->e_shnum = (u16)(all->num + 2);
	eh->e_shstrndx = (u16)(all->num + 1);
	sh = (Elf32_Shdr *)(bytes + eh->e_shoff);
	used = 1;
	at = aligned(at);
	for (i = 0; i < all->num; i++) {
		const struct section *s = &all->section[i];

		memcpy(bytes + at, s->data, s->size);
		memcpy(bytes + names + used, s->name.str, s->name.len);
		sh[i + 1] = (Elf32_Shdr){
			.sh_name = (u32)used, .sh_type = SHT_PROGBITS, .sh_offset = (u32)at,
			.sh_size = s->size, .sh_addralign = 1,
		};
		used += s->name.len + 1;
		at += aligned(s->size);
	}
	strcpy(bytes + names + used, ".shstrtab");
	sh[i + 1] = (Elf32_Shdr){
		.sh_name = (u32)used, .sh_type = SHT_STRTAB, .sh_offset = (u32)names,
		.sh_size = (u32)(used + sizeof(".shstrtab")), .sh_addralign = 1,
	};
	return bytes;
}

static bool add_row(struct ctl_source *s, u64 address, const char *file, u32 line)
{
	size_t max = s->max_rows ? 2 * s->max_rows : 1024;
	struct row *rows;

	if (s->num_rows == s->limit)
		return false;
	if (s->num_rows == s->max_rows) {
		rows = realloc(s->rows, max * sizeof(*rows));
		if (!rows)
			return false;
		s->rows = rows;
		s->max_rows = max;
	}
	s->rows[s->num_rows] = (struct row){ address, s->num_rows, file, line };
	s->num_rows++;
	return true;
}

/*
 * The rows of a unit, sequence by sequence.  The linker leaves those of functions that it removed,
 * at address 0, where no function begins: the section starts with their number.
 */
static bool add_lines(struct ctl_source *s, Dwarf_Lines *lines, size_t num)
{
	bool first = true, removed = false, end;
	Dwarf_Addr address;
	const char *file;
	Dwarf_Line *line;
	size_t i;
	int number;

	for (i = 0; i < num; i++) {
		line = dwarf_onesrcline(lines, i);
		if (!line || dwarf_lineaddr(line, &address) || dwarf_lineno(line, &number) ||
		    dwarf_lineendsequence(line, &end))
			continue;
		if (first)
			removed = !address;
		first = end;
		file = end ? NULL : dwarf_linesrc(line, NULL, NULL);
		if (!removed && !add_row(s, address, number > 0 ? file : NULL, (u32)number))
			return false;
	}
	return true;
}

/* At one address the end of a sequence comes before the start of the next one. */
static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (!x->file != !y->file)
		return x->file ? 1 : -1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void read_units(struct ctl_source *s)
{
	Dwarf_Off offset = 0, next;
	Dwarf_Lines *lines;
	size_t header, num;
	Dwarf_Die die;

	while (!dwarf_nextcu(s->dwarf, offset, &next, &header, NULL, NULL, NULL)) {
		if (next <= offset)
			break;
		if (dwarf_offdie(s->dwarf, offset + header, &die) &&
		    !dwarf_getsrclines(&die, &lines, &num) && !add_lines(s, lines, num))
			break;
		offset = next;
	}
	if (s->num_rows)
		qsort(s->rows, s->num_rows, sizeof(*s->rows), compare_rows);
}

struct ctl_source *ctl_source_open(const struct kwasm_module *module)
{
	struct sections all;
	struct ctl_source *s;
	size_t size;

	find_sections(&all, module);
	if (!all.num || !all.code)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->code = all.code;
	s->limit = module->size;
	s->elf_bytes = make_elf(&all, &size);
	elf_version(EV_CURRENT);
	if (s->elf_bytes)
		s->elf = elf_memory(s->elf_bytes, size);
	if (s->elf)
		s->dwarf = dwarf_begin_elf(s->elf, DWARF_C_READ, NULL);
	if (s->dwarf)
		read_units(s);
	if (s->num_rows)
		return s;
	ctl_source_close(s);
	return NULL;
}

const char *ctl_source_find(const struct ctl_source *s, u32 offset, u32 *line)
{
	size_t low = 0, high = s ? s->num_rows : 0, middle;

	if (!s || offset < s->code)
		return NULL;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (s->rows[middle].address <= offset - s->code)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || !s->rows[low - 1].file)
		return NULL;
	*line = s->rows[low - 1].line;
	return s->rows[low - 1].file;
}

void ctl_source_close(struct ctl_source *s)
{
	if (!s)
		return;
	dwarf_end(s->dwarf);
	elf_end(s->elf);
	free(s->elf_bytes);
	free(s->rows);
	free(s);
}
