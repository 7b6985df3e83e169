// Preloaded into the program under test: writes down what a power loss would leave of its files.
//
// kill -9 keeps what the operating system holds; a power loss keeps what was synced. Every call
// that changes a name or syncs bytes under the watched folder becomes one line of a journal, in
// the order in which calls returned (a write that acknowledges: before it is made). From any first
// part of the journal the test builds the folder that a power loss at that moment may leave.
// Every file gets a second name in a folder of graves, so that bytes outlive unlinking and an
// inode's number is never used twice.
//
// Lines, their words divided by tabs:
//   create INODE PATH     a new file          truncate INODE        an old file, emptied
//   mkdir PATH            link FROM TO        rename FROM TO        unlink PATH
//   sync INODE BYTES      so many bytes are durable
//   begin NUMBER PATH     the sync of a folder begins: the names of now ...
//   end NUMBER            ... are durable
//   said TEXT             a line on standard error
//
// POWERLOSS_ROOT is the watched folder, POWERLOSS_JOURNAL the journal, POWERLOSS_GRAVES the folder
// of second names. POWERLOSS_KILL=N ends the process by SIGKILL behind the Nth line. Without them
// nothing is written down, and syncs are left out all the same.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char root[PATH_MAX];
static char graves[PATH_MAX];
static int journal = -1;
static atomic_ulong numbers;
static atomic_long left = -1;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_rename)(const char *, const char *);
static int (*real_link)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_rmdir)(const char *);
static int (*real_mkdir)(const char *, mode_t);
static ssize_t (*real_write)(int, const void *, size_t);

static void find(void *place, const char *name) {
    void *symbol = dlsym(RTLD_NEXT, name);
    if (!symbol) abort();
    memcpy(place, &symbol, sizeof symbol);
}

__attribute__((constructor)) static void start(void) {
    find(&real_open, "open");
    find(&real_openat, "openat");
    find(&real_rename, "rename");
    find(&real_link, "link");
    find(&real_unlink, "unlink");
    find(&real_unlinkat, "unlinkat");
    find(&real_rmdir, "rmdir");
    find(&real_mkdir, "mkdir");
    find(&real_write, "write");
    const char *watched = getenv("POWERLOSS_ROOT");
    const char *path = getenv("POWERLOSS_JOURNAL");
    const char *folder = getenv("POWERLOSS_GRAVES");
    if (!watched || !path || !folder) return;
    snprintf(root, sizeof root, "%s", watched);
    snprintf(graves, sizeof graves, "%s", folder);
    journal = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0) abort();
    const char *last = getenv("POWERLOSS_KILL");
    if (last) left = atol(last);
}

// One write a line: a killed process leaves whole lines.
__attribute__((format(printf, 1, 2))) static void note(const char *format, ...) {
    char line[3 * PATH_MAX];
    va_list words;
    va_start(words, format);
    int count = vsnprintf(line, sizeof line - 1, format, words);
    va_end(words);
    if (count < 0 || count >= (int)sizeof line - 1) abort();
    line[count] = '\n';
    int kept = errno;
    if (real_write(journal, line, count + 1) != count + 1) abort();
    if (left >= 0 && atomic_fetch_sub(&left, 1) == 1) raise(SIGKILL);
    errno = kept;
}

// The path from the file system's root, without doubled or trailing slashes and lone dots; whether
// it is the watched folder or lies under it.
static int watched(int folder, const char *path, char *place) {
    if (journal < 0 || !path) return 0;
    char whole[2 * PATH_MAX];
    if (path[0] == '/') {
        snprintf(whole, sizeof whole, "%s", path);
    } else {
        char base[PATH_MAX];
        if (folder == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            ssize_t count = readlink(link, base, sizeof base - 1);
            if (count < 0) return 0;
            base[count] = 0;
        }
        snprintf(whole, sizeof whole, "%s/%s", base, path);
    }
    size_t count = 0;
    for (const char *from = whole; *from && count < PATH_MAX - 1;) {
        if (from[0] == '/' && (from[1] == '/' || from[1] == 0)) {
            from++;
        } else if (from[0] == '/' && from[1] == '.' && (from[2] == '/' || from[2] == 0)) {
            from += 2;
        } else {
            place[count++] = *from++;
        }
    }
    place[count] = 0;
    size_t length = strlen(root);
    return strncmp(place, root, length) == 0 && (place[length] == '/' || place[length] == 0);
}

// The path of an open file, for folders that are synced.
static int opened(int file, char *place) {
    char link[64], path[PATH_MAX];
    if (journal < 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count < 0) return 0;
    path[count] = 0;
    return watched(AT_FDCWD, path, place);
}

static int open_noted(int folder, const char *path, int flags, mode_t mode) {
    char place[PATH_MAX];
    int changes = flags & (O_CREAT | O_TRUNC) && watched(folder, path, place);
    struct stat before;
    int existed = changes && lstat(place, &before) == 0;
    int file = real_openat(folder, path, flags, mode);
    if (file < 0 || !changes) return file;
    struct stat now;
    if (fstat(file, &now) != 0 || !S_ISREG(now.st_mode)) return file;
    if (!existed) {
        char grave[PATH_MAX + 32];
        int kept = errno;
        snprintf(grave, sizeof grave, "%s/%lu", graves, (unsigned long)now.st_ino);
        if (real_link(place, grave) != 0 && errno != EEXIST) abort();
        errno = kept;
        note("create\t%lu\t%s", (unsigned long)now.st_ino, place);
    } else if (flags & O_TRUNC && before.st_size > 0) {
        note("truncate\t%lu", (unsigned long)now.st_ino);
    }
    return file;
}

#define MODE_OF(flags, last)                    \
    mode_t mode = 0;                            \
    if ((flags) & (O_CREAT | O_TMPFILE)) {      \
        va_list more;                           \
        va_start(more, last);                   \
        mode = va_arg(more, mode_t);            \
        va_end(more);                           \
    }

int open(const char *path, int flags, ...) {
    MODE_OF(flags, flags)
    return open_noted(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE_OF(flags, flags)
    return open_noted(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE_OF(flags, flags)
    return open_noted(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    MODE_OF(flags, flags)
    return open_noted(folder, path, flags, mode);
}

int creat(const char *path, mode_t mode) {
    return open_noted(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

// Nothing is synced in truth: the journal says what would be durable, and tests are faster.
static int sync_noted(int file) {
    char place[PATH_MAX];
    struct stat now;
    if (fstat(file, &now) != 0) return -1;
    if (!opened(file, place)) return 0;
    if (S_ISDIR(now.st_mode)) {
        unsigned long number = atomic_fetch_add(&numbers, 1);
        note("begin\t%lu\t%s", number, place);
        note("end\t%lu", number);
    } else {
        note("sync\t%lu\t%lld", (unsigned long)now.st_ino, (long long)now.st_size);
    }
    return 0;
}

int fsync(int file) { return sync_noted(file); }
int fdatasync(int file) { return sync_noted(file); }

int rename(const char *from, const char *to) {
    char first[PATH_MAX], second[PATH_MAX];
    int changes = watched(AT_FDCWD, from, first) & watched(AT_FDCWD, to, second);
    int result = real_rename(from, to);
    if (result == 0 && changes) note("rename\t%s\t%s", first, second);
    return result;
}

int link(const char *from, const char *to) {
    char first[PATH_MAX], second[PATH_MAX];
    int changes = watched(AT_FDCWD, from, first) & watched(AT_FDCWD, to, second);
    int result = real_link(from, to);
    if (result == 0 && changes) note("link\t%s\t%s", first, second);
    return result;
}

int unlink(const char *path) {
    char place[PATH_MAX];
    int changes = watched(AT_FDCWD, path, place);
    int result = real_unlink(path);
    if (result == 0 && changes) note("unlink\t%s", place);
    return result;
}

int unlinkat(int folder, const char *path, int flags) {
    char place[PATH_MAX];
    int changes = watched(folder, path, place);
    int result = real_unlinkat(folder, path, flags);
    if (result == 0 && changes) note("unlink\t%s", place);
    return result;
}

int rmdir(const char *path) {
    char place[PATH_MAX];
    int changes = watched(AT_FDCWD, path, place);
    int result = real_rmdir(path);
    if (result == 0 && changes) note("unlink\t%s", place);
    return result;
}

int mkdir(const char *path, mode_t mode) {
    char place[PATH_MAX];
    int changes = watched(AT_FDCWD, path, place);
    int result = real_mkdir(path, mode);
    if (result == 0 && changes) note("mkdir\t%s", place);
    return result;
}

ssize_t write(int file, const void *bytes, size_t count) {
    if (file == STDERR_FILENO && journal >= 0) {
        size_t length = 0;
        while (length < count && ((const char *)bytes)[length] != '\n') length++;
        if (length > 500) length = 500;
        note("said\t%.*s", (int)length, (const char *)bytes);
    }
    return real_write(file, bytes, count);
}
