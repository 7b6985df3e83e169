/// Hints that change no result, only how long memory is waited for.
#ifndef KINDRED_CMEMORYHINTS_H
#define KINDRED_CMEMORYHINTS_H

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

/// Asks the processor to bring the cache line at `address` near, for a read or a write soon.
static inline void kindred_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

/// Asks the kernel to back `count` bytes at `address`, both multiples of its pages, with huge pages
/// as they come into use. Where it cannot, nothing changes; errno stays as it was.
static inline void kindred_use_huge_pages(void *address, size_t count) {
    int before = errno;
    (void)madvise(address, count, MADV_HUGEPAGE);
    errno = before;
}

#endif
