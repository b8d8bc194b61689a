// SPDX-License-Identifier: GPL-2.0-only
/*
 * The crash model: domain, crash states, scheduler.
 */
#include <stdarg.h>
#include <stdio.h>
#include <ucontext.h>

#include "model.h"

u8 model_kind[MODEL_WORDS];
model_crash_fn model_at_fence;
struct model_counts model_counts;
int model_task;
unsigned int model_hint;

static u64 model_rng = 1;

void model_seed(u64 seed)
{
	model_rng = seed * 0x9e3779b97f4a7c15ull + 1;
}

u64 model_random(void)
{
	model_rng ^= model_rng << 13;
	model_rng ^= model_rng >> 7;
	model_rng ^= model_rng << 17;
	return model_rng * 0x2545f4914f6cdd1dull >> 11;
}

#define MODEL_STACK	(64 * 1024)
#define MODEL_MISSES	4

/**
 * struct model_thread - a task
 * @context: where it is
 * @waits: the lock it needs to go on, or NULL
 * @done: it returned
 * @ordered: none of its loads happens before that time
 * @released: all of its stores up to that time are seen by everyone
 * @gen_at: what it loaded last with acquire
 * @gen: and what that was
 * @rmb: it has loaded nothing since smp_rmb()
 * @misses: how many of its loads may still miss a store
 * @stack: its stack
 */
struct model_thread {
	ucontext_t context;
	struct btt_lock *waits;
	bool done;
	u64 ordered;
	u64 released;
	const void *gen_at;
	unsigned long gen;
	bool rmb;
	unsigned int misses;
	u8 stack[MODEL_STACK];
};

static struct model_thread model_thread[MODEL_TASKS];
static unsigned int model_threads;	/* 0: no tasks, do not switch */
static unsigned int model_choose(unsigned int n);

/* ---- order: loads may come early and stores late, up to a barrier ---- */

static u64 model_time;		/* counts stores */

static void model_ordered(void)
{
	model_thread[model_task].ordered = model_time;
}

unsigned long model_acquire(const unsigned long *p)
{
	struct model_thread *me = &model_thread[model_task];

	model_ordered();
	me->gen_at = p;
	me->gen = *p;
	me->rmb = false;
	return me->gen;
}

void model_release(void)
{
	model_thread[model_task].released = model_time;
}

void model_rmb(void)
{
	model_ordered();
	model_thread[model_task].rmb = true;
}

/* Without smp_rmb() what is loaded again may have been loaded at once. */
bool model_is_early(const void *p)
{
	const struct model_thread *me = &model_thread[model_task];

	return model_threads && me->gen_at == p && !me->rmb;
}

unsigned long model_early(void)
{
	return model_thread[model_task].gen;
}

/*
 * Does a load miss the last store? It may have happened before that, if no
 * barrier since keeps it behind; or the other task's store happens later. Not
 * for ever: in the end every store is seen.
 */
static bool model_misses(const struct model_domain *domain, u32 word)
{
	struct model_thread *me = &model_thread[model_task];
	unsigned int by = domain->by[word];

	me->rmb = false;
	if (!model_threads || by == model_task || !me->misses ||
	    (domain->when[word] <= me->ordered &&
	     domain->when[word] <= model_thread[by].released))
		return false;
	if (!model_choose(2))
		return false;
	me->misses--;
	return true;
}

/* ---- domain ---- */

static struct model_domain *model_domain_of(struct btt_media *media)
{
	return (struct model_domain *)media->private;
}

static void model_check_range(struct model_domain *domain, u64 off, u64 len)
{
	if (off > domain->media.size || len > domain->media.size - off)
		model_fail("bounds", "access at %#llx, %llu bytes",
			   (unsigned long long)off, (unsigned long long)len);
}

bool model_stays;

/* Its contents are zeros at once, whatever was in flight. */
static int model_clear_bad(struct btt_media *media, u64 off, u64 len)
{
	struct model_domain *domain = model_domain_of(media);

	model_check_range(domain, off, len);
	model_yield();
	if (model_stays)
		return -EIO;
	memset((u8 *)domain->seen + off, 0, len);
	memset((u8 *)domain->durable + off, 0, len);
	memset(domain->bad + off / MODEL_BLOCK, MODEL_GOOD, len / MODEL_BLOCK);
	return 0;
}

void model_domain_reset(struct model_domain *domain, u64 size)
{
	domain->media.base = (u8 *)domain->seen;
	domain->media.size = size;
	domain->media.clear_bad = model_clear_bad;
	domain->media.private = domain;
	domain->npending = 0;
	memset(domain->torn, 0, sizeof(domain->torn));
	memset(domain->bad, MODEL_GOOD, sizeof(domain->bad));
	domain->fences = 0;
	domain->depth = 0;
	domain->recovering = false;
}

/* Time passes: all that is seen becomes durable. */
void model_domain_settle(struct model_domain *domain)
{
	memcpy(domain->durable, domain->seen, domain->media.size);
	domain->npending = 0;
}

/* Data meets media errors: all that was known of them has to be gone. */
static void model_check_cleared(struct model_domain *domain, u64 off, u64 len)
{
	u64 block;

	for (block = off / MODEL_BLOCK; block * MODEL_BLOCK < off + len; block++) {
		if (domain->bad[block] == MODEL_BAD_TOLD)
			model_fail("bad", "a bad block is written, not cleared");
		domain->bad[block] = MODEL_GOOD;
	}
}

static bool model_is_pending(const struct model_domain *domain, u32 word)
{
	unsigned int i;

	for (i = 0; i < domain->npending; i++)
		if (domain->pending[i].word == word)
			return true;
	return false;
}

/*
 * Where the word has that value already, nobody can tell whether he sees it; where
 * it has it durably, neither can a crash.
 */
static void model_store_word(struct model_domain *domain, u32 word, u64 value,
			     bool direct)
{
	struct model_store *store = &domain->pending[domain->npending];

	if (value == domain->seen[word]) {
		if (!model_is_pending(domain, word))
			return;
	} else {
		domain->was[word] = domain->seen[word];
		domain->when[word] = ++model_time;
		domain->by[word] = model_task;
		domain->seen[word] = value;
	}
	if (domain->npending++ == MODEL_PENDING)
		model_fail("model", "too many pending stores");
	store->word = word;
	store->value = value;
	store->task = model_task;
	store->direct = direct;
	store->flushed = 0;
}

void persist_copy(struct btt_media *media, u64 off, const void *src,
		  size_t len)
{
	struct model_domain *domain = model_domain_of(media);
	size_t i;
	u64 value;

	model_check_range(domain, off, len);
	model_yield();
	model_check_cleared(domain, off, len);
	if (off % MODEL_BLOCK == 0 && len == MODEL_BLOCK)
		domain->torn[off / MODEL_BLOCK] = 0;
	for (i = 0; i < len; i += 8) {
		if (i == len / 2)
			model_yield();
		memcpy(&value, (const u8 *)src + i, 8);
		model_store_word(domain, (off + i) / 8, value, true);
	}
}

void persist_word(struct btt_media *media, u64 off, __le64 word)
{
	struct model_domain *domain = model_domain_of(media);

	model_check_range(domain, off, 8);
	model_yield();
	model_store_word(domain, off / 8, (__force u64)word, true);
}

void persist_copy_line(struct btt_media *media, u64 off, const void *src)
{
	struct model_domain *domain = model_domain_of(media);
	unsigned int i;

	model_check_range(domain, off, 64);
	if (off % 64)
		model_fail("bounds", "no line at %#llx",
			   (unsigned long long)off);
	model_yield();
	for (i = 0; i < 8; i++)
		model_store_word(domain, off / 8 + i, ((const u64 *)src)[i],
				 true);
}

void persist_entry(struct btt_media *media, u64 off, __le32 entry)
{
	struct model_domain *domain = model_domain_of(media);
	u64 value;

	model_check_range(domain, off, 4);
	model_yield();
	value = domain->seen[off / 8];
	memcpy((u8 *)&value + off % 8, &entry, 4);
	model_store_word(domain, off / 8, value, false);
}

void persist_flush(struct btt_media *media, u64 off)
{
	struct model_domain *domain = model_domain_of(media);
	u32 line = off / 64;
	unsigned int i;

	model_check_range(domain, off, 4);
	model_yield();
	for (i = 0; i < domain->npending; i++) {
		struct model_store *store = &domain->pending[i];

		if (store->word / 8 == line && !store->direct)
			store->flushed |= 1u << model_task;
	}
}

static bool model_fenced(const struct model_store *store)
{
	return store->direct ? store->task == model_task :
			       store->flushed & 1u << model_task;
}

/*
 * The last store to a word that this fence makes durable takes all earlier
 * ones to the word with it, whoever they are from. What is left stays in its
 * order.
 */
static void model_fence_stores(struct model_domain *domain)
{
	static u32 fence, durable_at[MODEL_WORDS];
	unsigned int i, to = domain->npending;

	fence++;
	for (i = domain->npending; i--;) {
		const struct model_store *store = &domain->pending[i];

		if (durable_at[store->word] == fence)
			continue;
		if (model_fenced(store)) {
			durable_at[store->word] = fence;
			domain->durable[store->word] = store->value;
		} else {
			domain->pending[--to] = *store;
		}
	}
	domain->npending -= to;
	memmove(domain->pending, &domain->pending[to],
		domain->npending * sizeof(*domain->pending));
}

int persist_fence(struct btt_media *media)
{
	struct model_domain *domain = model_domain_of(media);

	model_yield();
	if (model_at_fence)
		model_at_fence(domain);
	model_fence_stores(domain);
	model_release();
	domain->fences++;
	return 0;
}

static void model_check_blind(struct model_domain *domain, u64 off)
{
	if (domain->recovering && model_kind[off / 8] == MODEL_DATA)
		model_fail("blind", "recovery looks at data at %#llx",
			   (unsigned long long)off);
}

/* Of a bad block it is the last word that cannot be loaded. */
static int model_load(struct model_domain *domain, void *dst, u64 off,
		      size_t len)
{
	u64 block;

	for (block = off / MODEL_BLOCK;
	     (block + 1) * MODEL_BLOCK - 8 < off + len; block++)
		if (domain->bad[block])
			return -EIO;
	memcpy(dst, (const u8 *)domain->seen + off, len);
	return 0;
}

int persist_read(struct btt_media *media, void *dst, u64 off, size_t len)
{
	struct model_domain *domain = model_domain_of(media);
	size_t half = len / 2;
	int err;

	model_check_range(domain, off, len);
	model_check_blind(domain, off);
	model_thread[model_task].rmb = false;
	model_yield();
	err = model_load(domain, dst, off, half);
	model_yield();
	if (!err)
		err = model_load(domain, (u8 *)dst + half, off + half,
				 len - half);
	model_yield();
	return err;
}

__le32 persist_get32(struct btt_media *media, u64 off)
{
	struct model_domain *domain = model_domain_of(media);
	__le32 value;

	model_check_range(domain, off, 4);
	model_check_blind(domain, off);
	model_yield();
	if (model_misses(domain, off / 8))
		memcpy(&value, (u8 *)domain->was + off, 4);
	else
		memcpy(&value, (u8 *)domain->seen + off, 4);
	model_yield();
	return value;
}

__le64 persist_get64(struct btt_media *media, u64 off)
{
	struct model_domain *domain = model_domain_of(media);

	model_check_range(domain, off, 8);
	model_check_blind(domain, off);
	return *(__le64 *)(media->base + off);
}

/* ---- crash states ---- */

#define MODEL_CHOICES	64
#define MODEL_VALUES	64
#define MODEL_INFO_WORDS 512
#define MODEL_INFO_FEW	4

/**
 * struct model_choice - one thing that a crash can leave in several ways
 * @word: index of the word, or of the first one of an info block
 * @n: in how many ways
 * @value: them, for a single word
 * @info: it is an info block, of which @value says nothing
 */
struct model_choice {
	u32 word;
	u32 n;
	bool info;
	u64 value[MODEL_VALUES];
};

static struct model_choice model_choice[4][MODEL_CHOICES];
static u64 model_image[4][MODEL_WORDS];
static u8 model_torn[4][MODEL_BLOCKS];

static struct model_choice *model_choice_for(struct model_domain *domain,
					     struct model_choice *choices,
					     unsigned int *n, u32 word)
{
	bool info = model_kind[word] == MODEL_INFO;
	u32 first = info ? word / MODEL_INFO_WORDS * MODEL_INFO_WORDS : word;
	unsigned int i;

	for (i = 0; i < *n; i++)
		if (choices[i].word == first)
			return &choices[i];
	if (*n == MODEL_CHOICES)
		model_fail("model", "too many words to choose from");
	i = (*n)++;
	choices[i].word = first;
	choices[i].info = info;
	choices[i].n = 1;
	choices[i].value[0] = domain->durable[word];
	return &choices[i];
}

static void model_choice_add(struct model_choice *choice, u64 value)
{
	u32 i;

	for (i = 0; i < choice->n; i++)
		if (choice->value[i] == value)
			return;
	if (choice->n == MODEL_VALUES)
		model_fail("model", "too many values of one word");
	choice->value[choice->n++] = value;
}

/*
 * An info block is none, all, or torn, and torn ones are alike: the checksum
 * is wrong. When it is the only one, and at the first crash, each of its
 * words is the torn one in turn, alone old and alone new; else only some are.
 */
static void model_info_ways(struct model_choice *choices, unsigned int n,
			    bool few)
{
	unsigned int i, infos = few;

	for (i = 0; i < n; i++)
		infos += choices[i].info;
	for (i = 0; i < n; i++)
		if (choices[i].info)
			choices[i].n = 2 + 2 * (infos > 1 ? MODEL_INFO_FEW :
						MODEL_INFO_WORDS);
}

/*
 * Pending stores to data are not enumerated: recovery is blind to them (and
 * model_check_blind() holds it to that), so it is enough to know which
 * blocks may be torn.
 */
static unsigned int model_collect(struct model_domain *domain,
				  struct model_choice *choices, u8 *torn)
{
	unsigned int i, n = 0;

	memcpy(torn, domain->torn, MODEL_BLOCKS);
	for (i = 0; i < domain->npending; i++) {
		const struct model_store *store = &domain->pending[i];
		struct model_choice *choice;

		if (model_kind[store->word] == MODEL_DATA) {
			torn[store->word / (MODEL_BLOCK / 8)] = 1;
			continue;
		}
		choice = model_choice_for(domain, choices, &n, store->word);
		if (!choice->info)
			model_choice_add(choice, store->value);
	}
	model_info_ways(choices, n, domain->depth);
	return n;
}

static void model_apply_info(struct model_domain *domain, u64 *image,
			     u32 first, u32 pick, u32 stride)
{
	u32 i, only = (pick - 2) / 2 * stride;

	for (i = 0; i < MODEL_INFO_WORDS; i++) {
		bool new = pick == 1;

		if (pick >= 2)
			new = (i == only) == (pick % 2 == 0);
		image[first + i] = new ? domain->seen[first + i] :
					 domain->durable[first + i];
	}
}

static void model_apply(struct model_domain *domain, u64 *image,
			const struct model_choice *choice, u32 pick)
{
	if (choice->info)
		model_apply_info(domain, image, choice->word, pick,
				 choice->n > 2 * MODEL_INFO_WORDS ? 1 : 129);
	else
		image[choice->word] = choice->value[pick];
}

void model_crash_states(struct model_domain *domain, unsigned int sample,
			void (*check)(const u64 *image, const u8 *torn))
{
	unsigned int level = domain->depth;
	struct model_choice *choices = model_choice[level];
	u64 *image = model_image[level];
	u8 *torn = model_torn[level];
	unsigned int n = model_collect(domain, choices, torn);
	u32 pick[MODEL_CHOICES] = { 0 };
	unsigned int i;

	memcpy(image, domain->durable, domain->media.size);
	for (; sample; sample--) {
		for (i = 0; i < n; i++)
			model_apply(domain, image, &choices[i],
				    model_random() % choices[i].n);
		model_counts.sampled++;
		check(image, torn);
		if (sample == 1)
			return;
	}
	for (;;) {
		if (level)
			model_counts.nested++;
		else
			model_counts.states++;
		check(image, torn);
		for (i = 0; i < n; i++) {
			pick[i] = (pick[i] + 1) % choices[i].n;
			model_apply(domain, image, &choices[i], pick[i]);
			if (pick[i])
				break;
		}
		if (i == n)
			return;
	}
}

/* ---- tasks ---- */

#define MODEL_STEPS	65536

static ucontext_t model_main;
static void (*model_entry)(unsigned int who);
static unsigned int model_left;		/* preemptions left */
static bool model_randomly;

static u8 model_script[MODEL_STEPS];	/* what was chosen at each step */
static u8 model_width[MODEL_STEPS];	/* out of how many */
static unsigned int model_step;
static unsigned int model_scripted;	/* steps that are prescribed */

static unsigned int model_choose(unsigned int width)
{
	unsigned int step = model_step++;

	if (model_randomly)
		return model_random() % width;
	if (step == MODEL_STEPS)
		model_fail("model", "a run has too many steps");
	if (step >= model_scripted)
		model_script[step] = 0;
	model_width[step] = width;
	return model_script[step];
}

static bool model_runnable(unsigned int who)
{
	const struct model_thread *thread = &model_thread[who];

	return !thread->done && !(thread->waits && thread->waits->held);
}

/* The other tasks that could run: the first is chosen by 0, and so on. */
static int model_pick_other(unsigned int skip, unsigned int pick)
{
	unsigned int who;

	for (who = 0; who < model_threads; who++)
		if (who != skip && model_runnable(who) && !pick--)
			return who;
	return -1;
}

static unsigned int model_others(unsigned int skip)
{
	unsigned int who, n = 0;

	for (who = 0; who < model_threads; who++)
		n += who != skip && model_runnable(who);
	return n;
}

static void model_switch(int who)
{
	int from = model_task;

	model_task = who;
	swapcontext(&model_thread[from].context, &model_thread[who].context);
}

void model_yield(void)
{
	unsigned int others, pick;

	if (!model_threads || (!model_randomly && !model_left))
		return;
	others = model_others(model_task);
	if (!others)
		return;
	if (model_randomly && model_random() % 4)
		return;
	pick = model_choose(1 + others);
	if (!pick)
		return;
	if (!model_randomly)
		model_left--;
	model_switch(model_pick_other(model_task, pick - 1));
}

unsigned int model_suspend(void)
{
	unsigned int tasks = model_threads;

	model_threads = 0;
	return tasks;
}

void model_resume(unsigned int tasks)
{
	model_threads = tasks;
}

/* The task cannot go on: someone else must, which is no preemption. */
static void model_give_way(void)
{
	unsigned int others = model_others(model_task);

	if (!others)
		model_fail("deadlock", "no task can run");
	model_switch(model_pick_other(model_task,
				      others > 1 ? model_choose(others) : 0));
}

bool model_trylock(struct btt_lock *lock)
{
	model_yield();
	if (lock->held)
		return false;
	lock->held = true;
	model_ordered();
	return true;
}

void model_lock(struct btt_lock *lock)
{
	model_yield();
	while (lock->held) {
		if (!model_threads)
			model_fail("deadlock", "lock taken twice");
		model_thread[model_task].waits = lock;
		model_give_way();
	}
	if (model_threads)
		model_thread[model_task].waits = NULL;
	lock->held = true;
	model_ordered();
}

void model_unlock(struct btt_lock *lock)
{
	model_release();
	lock->held = false;
}

unsigned int model_lane_hint(void)
{
	return model_threads ? (unsigned int)model_task : model_hint;
}

static void model_thread_main(void)
{
	unsigned int others;

	model_entry(model_task);
	model_thread[model_task].done = true;
	others = model_others(model_task);
	if (others) {
		model_switch(model_pick_other(model_task, others > 1 ?
					      model_choose(others) : 0));
	} else {
		unsigned int who;

		for (who = 0; who < model_threads; who++)
			if (!model_thread[who].done)
				model_fail("deadlock", "a task never ends");
		swapcontext(&model_thread[model_task].context, &model_main);
	}
}

static void model_run(unsigned int n, void (*task)(unsigned int who))
{
	unsigned int who;

	model_entry = task;
	model_threads = n;
	model_step = 0;
	for (who = 0; who < n; who++) {
		struct model_thread *thread = &model_thread[who];

		thread->waits = NULL;
		thread->done = false;
		thread->ordered = model_time;
		thread->released = model_time;
		thread->gen_at = NULL;
		thread->misses = MODEL_MISSES;
		getcontext(&thread->context);
		thread->context.uc_stack.ss_sp = thread->stack;
		thread->context.uc_stack.ss_size = MODEL_STACK;
		thread->context.uc_link = NULL;
		makecontext(&thread->context, model_thread_main, 0);
	}
	model_task = model_choose(n);
	swapcontext(&model_main, &model_thread[model_task].context);
	model_threads = 0;
	model_task = 0;
	model_counts.runs++;
}

/* Depth first: the last step that has another choice takes it. */
static bool model_next_script(void)
{
	while (model_step) {
		unsigned int last = model_step - 1;

		if (model_script[last] + 1 < model_width[last]) {
			model_script[last]++;
			model_scripted = model_step;
			return true;
		}
		model_step--;
	}
	return false;
}

void model_schedules(unsigned int n, void (*task)(unsigned int who),
		     unsigned int preemptions, void (*reset)(void),
		     void (*done)(void))
{
	model_randomly = false;
	model_scripted = 0;
	do {
		reset();
		model_left = preemptions;
		model_run(n, task);
		done();
	} while (model_next_script());
}

void model_random_schedule(unsigned int n, void (*task)(unsigned int who))
{
	model_randomly = true;
	model_run(n, task);
	model_randomly = false;
}

void model_fail(const char *check, const char *fmt, ...)
{
	va_list args;

	printf("# KILL %s: ", check);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\nnot ok - %s\n", check);
	fflush(stdout);
	_Exit(1);
}
