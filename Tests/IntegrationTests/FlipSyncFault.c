// Preloaded into the program by FlipDiskTests: from the call number SYNC_FAULT_FROM on every fsync
// and fdatasync fails with EIO. Each call is a line in the file SYNC_FAULT_JOURNAL.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int calls;

static int fails(int file) {
    const char *from = getenv("SYNC_FAULT_FROM");
    const char *journal = getenv("SYNC_FAULT_JOURNAL");
    if (!from || !journal) return 0;
    int isFailure = atomic_fetch_add(&calls, 1) + 1 >= atoi(from);
    char name[64], path[512], line[640];
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t count = readlink(name, path, sizeof path - 1);
    path[count < 0 ? 0 : count] = 0;
    snprintf(line, sizeof line, "%s %s\n", isFailure ? "failed" : "synced", path);
    int out = open(journal, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (out >= 0) {
        (void)!write(out, line, strlen(line));
        close(out);
    }
    if (isFailure) errno = EIO;
    return isFailure;
}

int fsync(int file) {
    static int (*next)(int);
    if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    return fails(file) ? -1 : next(file);
}

int fdatasync(int file) {
    static int (*next)(int);
    if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return fails(file) ? -1 : next(file);
}
