/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Persistence events of an emulated platform. All flushes of a region, whoever
 * asked for them, pass the one place that emits nd_emu_flush.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nd_emu

#if !defined(ND_EMU_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define ND_EMU_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(nd_emu_flush,
	    TP_PROTO(struct device *region, unsigned int wpq_flushes),
	    TP_ARGS(region, wpq_flushes),
	    TP_STRUCT__entry(__array(char, region, 16)
			     __field(unsigned int, wpq_flushes)),
	    TP_fast_assign(strscpy(__entry->region, dev_name(region),
				   sizeof(__entry->region));
			   __entry->wpq_flushes = wpq_flushes;),
	    TP_printk("%s wpq_flushes=%u", __entry->region,
		      __entry->wpq_flushes)
);

#endif /* ND_EMU_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
