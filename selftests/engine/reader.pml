/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader that takes no lock, against the order in which writers store: a
 * model for spin of btt_read_try() and btt_write_batch(), on a memory weaker
 * than x86.
 *
 * Two sectors in two stripes, one lane with one free block, two writers of
 * any sector, one reader of sector 0. A block is two words, so that it can be
 * mixed. A word holds the sector and the version it was written as.
 *
 * Plain stores of a writer become visible in their order, some time later;
 * non-temporal ones in any order, before or after the plain ones. A fence
 * waits for both. A lock is an acquire and a release, and no more: taking one
 * does not wait for the stores before it, as it would on x86. Loads happen in
 * program order where a barrier says so, else in any.
 *
 * What a NO_ macro leaves out is needed: reader.sh shows that spin then finds
 * the error.
 */

#define SECTORS		2
#define BLOCKS		3
#define WRITERS		2
#ifndef WRITES
#define WRITES		2
#endif

#define WORD(block, i)	(2 * (block) + (i))
#define VALUE(s, v)	(16 * (s) + (v))

/* Addresses of what is stored plainly */
#define MAP		0
#define GEN		2
#define STRIPE		4		/* 1: free */
#define ACKED		6		/* newest version that a writer told of */
#define LANE		8		/* its free block, and 1; 0: taken */

byte mem[9];
byte data[6];
byte version[SECTORS];			/* of the stripe's holder */

chan plain[WRITERS] = [6] of { byte, byte };

typedef stream {
	byte value[6];			/* non-temporal stores; 0: none */
};
stream nt[WRITERS];

#define STREAMED(w) \
	(nt[w].value[0] || nt[w].value[1] || nt[w].value[2] || \
	 nt[w].value[3] || nt[w].value[4] || nt[w].value[5])

/* Stores of writer @w become visible. */
proctype memory(byte w)
{
	byte at, value;

end:	do
	:: atomic {
		plain[w] ? at, value;
		mem[at] = value;
	   }
	:: atomic {
		STREAMED(w) ->
		if
		:: nt[w].value[0] -> at = 0
		:: nt[w].value[1] -> at = 1
		:: nt[w].value[2] -> at = 2
		:: nt[w].value[3] -> at = 3
		:: nt[w].value[4] -> at = 4
		:: nt[w].value[5] -> at = 5
		fi;
		data[at] = nt[w].value[at];
		nt[w].value[at] = 0;
	   }
	od
}

/* All stores so far are visible. */
#define WAIT(w)		(empty(plain[w]) && !STREAMED(w))

proctype writer(byte w)
{
	byte n, s, block, old;

	do
	:: n == WRITES -> break
	:: n < WRITES ->
		atomic {
#ifdef NO_LANE
			mem[LANE] -> block = mem[LANE] - 1;
#else
			mem[LANE] -> block = mem[LANE] - 1;
			mem[LANE] = 0;
#endif
		}
		if
		:: s = 0
		:: s = 1
		fi;
		atomic {
			mem[STRIPE + s] == 1;
			mem[STRIPE + s] = 0;
			old = mem[MAP + s];
			version[s]++;
		}
		atomic {
			nt[w].value[WORD(block, 0)] = VALUE(s, version[s]);
			nt[w].value[WORD(block, 1)] = VALUE(s, version[s]);
		}
#ifndef NO_FENCE
		WAIT(w);
#endif
		atomic {
#ifdef LANE_EARLY
			plain[w] ! LANE, old + 1;
#endif
#ifdef NO_RELEASE
			plain[w] ! GEN + s, mem[GEN + s] + 1;
			plain[w] ! MAP + s, block;
#else
			plain[w] ! MAP + s, block;
#ifndef NO_GENERATION
			plain[w] ! GEN + s, mem[GEN + s] + 1;
#endif
#endif
			plain[w] ! ACKED + s, version[s];
			plain[w] ! STRIPE + s, 1;
#ifndef LANE_EARLY
			plain[w] ! LANE, old + 1;
#endif
		}
		n++
	od
}

proctype reader()
{
	byte floor, gen, entry, first, second, again;
	bit early;

	floor = mem[ACKED];
#ifdef NO_ACQUIRE
	entry = mem[MAP];
	gen = mem[GEN];
#else
	gen = mem[GEN];
	entry = mem[MAP];
#endif
#ifdef NO_RMB
	if
	:: early = 1;
	   again = mem[GEN]
	:: skip
	fi;
#endif
	if
	:: first = data[WORD(entry, 0)];
	   second = data[WORD(entry, 1)]
	:: second = data[WORD(entry, 1)];
	   first = data[WORD(entry, 0)]
	fi;
	if
	:: early
	:: else -> again = mem[GEN]
	fi;
#ifdef MAP_ONLY
	again = gen;
	if
	:: mem[MAP] != entry -> again = gen + 1
	:: else
	fi;
#endif
#ifdef NO_CHECK
	again = gen;
#endif
	if
	:: again != gen		/* It would begin again. */
	:: else ->
		assert(first == second);
		assert(first / 16 == 0);
		assert(first % 16 >= floor)
	fi
}

init {
	atomic {
		/* Sector 0 has block 0, sector 1 block 1; 2 is free. */
		mem[MAP + 1] = 1;
		mem[STRIPE] = 1;
		mem[STRIPE + 1] = 1;
		mem[LANE] = 3;
		version[0] = 1;
		version[1] = 1;
		mem[ACKED] = 1;
		data[0] = VALUE(0, 1);
		data[1] = VALUE(0, 1);
		data[2] = VALUE(1, 1);
		data[3] = VALUE(1, 1);
		data[4] = VALUE(1, 15);
		data[5] = VALUE(1, 14);
		run memory(0);
		run memory(1);
		run writer(0);
		run writer(1);
		run reader();
	}
}
