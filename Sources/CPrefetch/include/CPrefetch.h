/// Asks the processor to bring the cache line at `address` near, for a read or a write soon.
/// It changes no result, only when memory is waited for.
#ifndef KINDRED_CPREFETCH_H
#define KINDRED_CPREFETCH_H

static inline void kindred_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

#endif
