/* Preloaded into a server, writes down what it does to the files below POWERCUT_ROOT: each write with its bytes, and each
   sync, in one order for all threads, appended to POWERCUT_LOG. From the log, PowerCutDisk makes the disk as a power cut
   could have left it. Syncs are not passed on: the log says what they would have kept.

   A record is a header (op, length of what follows, inode, offset or size), then bytes or paths. A file that is never
   synced, and that SQLite makes anew after a crash, is left out: the shared memory of a log (-shm). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, CREATE, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MAKE_FOLDER, REMOVE_FOLDER, SYNC_FOLDER, LINK, UNKNOWN };

struct header { uint32_t op, length; uint64_t inode; int64_t at; };

#define MAX_FDS 65536

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static size_t root_length;
static int log_fd = -1;
static uint64_t inodes[MAX_FDS];  /* 0: not ours */
static char *folders[MAX_FDS];    /* the path of an open folder of ours */

#define REAL(name) real_##name
#define DECLARE(type, name, args) static type (*REAL(name)) args
DECLARE(int, open, (const char *, int, ...));
DECLARE(int, openat, (int, const char *, int, ...));
DECLARE(int, close, (int));
DECLARE(ssize_t, write, (int, const void *, size_t));
DECLARE(ssize_t, writev, (int, const struct iovec *, int));
DECLARE(ssize_t, pwrite, (int, const void *, size_t, off_t));
DECLARE(ssize_t, pwritev, (int, const struct iovec *, int, off_t));
DECLARE(int, ftruncate, (int, off_t));
DECLARE(int, fallocate, (int, int, off_t, off_t));
DECLARE(int, posix_fallocate, (int, off_t, off_t));
DECLARE(int, fsync, (int));
DECLARE(int, rename, (const char *, const char *));
DECLARE(int, renameat2, (int, const char *, int, const char *, unsigned));
DECLARE(int, link, (const char *, const char *));
DECLARE(int, unlink, (const char *));
DECLARE(int, mkdir, (const char *, mode_t));
DECLARE(int, rmdir, (const char *));
DECLARE(void *, mmap, (void *, size_t, int, int, int, off_t));
DECLARE(ssize_t, copy_file_range, (int, off_t *, int, off_t *, size_t, unsigned));
DECLARE(int, dup, (int));
DECLARE(void *, dlsym, (void *, const char *));

__attribute__((constructor)) static void begin(void)
{
    REAL(dlsym) = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
    if (!REAL(dlsym)) REAL(dlsym) = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
    if (!REAL(dlsym)) REAL(dlsym) = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.17");
#define FIND(name) REAL(name) = REAL(dlsym)(RTLD_NEXT, #name)
    FIND(open); FIND(openat); FIND(close); FIND(write); FIND(writev); FIND(pwrite); FIND(pwritev); FIND(ftruncate);
    FIND(fallocate); FIND(posix_fallocate); FIND(fsync); FIND(rename); FIND(renameat2); FIND(link); FIND(unlink);
    FIND(mkdir); FIND(rmdir); FIND(mmap); FIND(copy_file_range); FIND(dup);
    const char *log = getenv("POWERCUT_LOG");
    root = getenv("POWERCUT_ROOT");
    if (!log || !root) return;
    root_length = strlen(root);
    log_fd = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static int is_ours(const char *path)
{
    if (log_fd < 0 || !path || strncmp(path, root, root_length) != 0) return 0;
    size_t length = strlen(path);
    return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static int is_open(int fd) { return log_fd >= 0 && fd >= 0 && fd < MAX_FDS && inodes[fd] != 0; }

static void record(uint32_t op, uint64_t inode, int64_t at, const void *bytes, size_t length)
{
    struct header header = { op, (uint32_t)length, inode, at };
    struct iovec parts[2] = { { &header, sizeof header }, { (void *)bytes, length } };
    if (REAL(writev)(log_fd, parts, 2) != (ssize_t)(sizeof header + length)) abort();
}

static void record_paths(uint32_t op, const char *from, const char *to)
{
    char both[8192];
    int length = snprintf(both, sizeof both, "%s%c%s", from, 0, to);
    record(op, 0, 0, both, length);
}

static int opened(int fd, const char *path, int existed)
{
    struct stat status;
    if (fd < 0 || fd >= MAX_FDS || fstat(fd, &status) != 0) return fd;
    if (S_ISDIR(status.st_mode)) {
        folders[fd] = strdup(path);
        inodes[fd] = status.st_ino;
    } else if (S_ISREG(status.st_mode)) {
        inodes[fd] = status.st_ino;
        record(existed ? OPEN : CREATE, status.st_ino, 0, path, strlen(path));
    }
    return fd;
}

static int open_any(const char *path, int flags, mode_t mode)
{
    if (!is_ours(path)) return REAL(open)(path, flags, mode);
    pthread_mutex_lock(&lock);
    int existed = access(path, F_OK) == 0;
    int fd = REAL(open)(path, flags, mode);
    int failure = errno;
    opened(fd, path, existed);
    if (is_open(fd) && existed && (flags & O_TRUNC)) record(TRUNCATE, inodes[fd], 0, "", 0);
    pthread_mutex_unlock(&lock);
    errno = failure;
    return fd;
}

#define MODE(last) mode_t mode = 0; { va_list list; va_start(list, last); mode = va_arg(list, mode_t); va_end(list); }
int open(const char *path, int flags, ...) { MODE(flags) return open_any(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_any(path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_any(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int openat(int at, const char *path, int flags, ...)
{
    MODE(flags)
    return at == AT_FDCWD || path[0] == '/' ? open_any(path, flags, mode) : REAL(openat)(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...)
{
    MODE(flags)
    return at == AT_FDCWD || path[0] == '/' ? open_any(path, flags, mode) : REAL(openat)(at, path, flags, mode);
}

int close(int fd)
{
    if (!is_open(fd)) return REAL(close)(fd);
    pthread_mutex_lock(&lock);
    inodes[fd] = 0;
    free(folders[fd]);
    folders[fd] = NULL;
    int result = REAL(close)(fd);
    pthread_mutex_unlock(&lock);
    return result;
}

int dup(int fd)
{
    int copy = REAL(dup)(fd);
    if (is_open(fd) && copy >= 0 && copy < MAX_FDS) inodes[copy] = inodes[fd];
    return copy;
}

/* Runs a call and writes it down, with no other call in between. */
#define WATCHED(fd, type, call, on_success) \
    pthread_mutex_lock(&lock); \
    type result = call; \
    int failure = errno; \
    if (result >= 0) { on_success; } \
    pthread_mutex_unlock(&lock); \
    errno = failure; \
    return result

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
    if (!is_open(fd)) return REAL(pwrite)(fd, bytes, length, at);
    WATCHED(fd, ssize_t, REAL(pwrite)(fd, bytes, length, at), record(WRITE, inodes[fd], at, bytes, result));
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) { return pwrite(fd, bytes, length, at); }

ssize_t write(int fd, const void *bytes, size_t length)
{
    if (!is_open(fd)) return REAL(write)(fd, bytes, length);
    WATCHED(fd, ssize_t, REAL(write)(fd, bytes, length),
        record(WRITE, inodes[fd], lseek(fd, 0, SEEK_CUR) - result, bytes, result));
}

static void record_parts(int fd, const struct iovec *parts, int count, off_t at, ssize_t written)
{
    for (int i = 0; i < count && written > 0; i++) {
        size_t length = parts[i].iov_len < (size_t)written ? parts[i].iov_len : (size_t)written;
        record(WRITE, inodes[fd], at, parts[i].iov_base, length);
        at += length;
        written -= length;
    }
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    if (!is_open(fd)) return REAL(pwritev)(fd, parts, count, at);
    WATCHED(fd, ssize_t, REAL(pwritev)(fd, parts, count, at), record_parts(fd, parts, count, at, result));
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) { return pwritev(fd, parts, count, at); }

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (!is_open(fd)) return REAL(writev)(fd, parts, count);
    WATCHED(fd, ssize_t, REAL(writev)(fd, parts, count),
        record_parts(fd, parts, count, lseek(fd, 0, SEEK_CUR) - result, result));
}

int ftruncate(int fd, off_t size)
{
    if (!is_open(fd)) return REAL(ftruncate)(fd, size);
    WATCHED(fd, int, REAL(ftruncate)(fd, size), record(TRUNCATE, inodes[fd], size, "", 0));
}
int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

static void record_size(int fd)
{
    struct stat status;
    if (fstat(fd, &status) == 0) record(TRUNCATE, inodes[fd], status.st_size, "", 0);
}

int fallocate(int fd, int mode, off_t at, off_t length)
{
    if (!is_open(fd)) return REAL(fallocate)(fd, mode, at, length);
    WATCHED(fd, int, REAL(fallocate)(fd, mode, at, length), record_size(fd));
}
int fallocate64(int fd, int mode, off_t at, off_t length) { return fallocate(fd, mode, at, length); }
int posix_fallocate(int fd, off_t at, off_t length)
{
    if (!is_open(fd)) return REAL(posix_fallocate)(fd, at, length);
    WATCHED(fd, int, REAL(posix_fallocate)(fd, at, length), record_size(fd));
}
int posix_fallocate64(int fd, off_t at, off_t length) { return posix_fallocate(fd, at, length); }

int fsync(int fd)
{
    if (!is_open(fd)) return REAL(fsync)(fd);
    pthread_mutex_lock(&lock);
    if (folders[fd]) record(SYNC_FOLDER, 0, 0, folders[fd], strlen(folders[fd]));
    else record(SYNC, inodes[fd], 0, "", 0);
    pthread_mutex_unlock(&lock);
    return 0;
}
int fdatasync(int fd) { return fsync(fd); }

static int rename_any(const char *from, const char *to, unsigned flags)
{
    WATCHED(0, int, REAL(renameat2)(AT_FDCWD, from, AT_FDCWD, to, flags), record_paths(RENAME, from, to));
}
int rename(const char *from, const char *to) { return is_ours(from) ? rename_any(from, to, 0) : REAL(rename)(from, to); }
int renameat(int a, const char *from, int b, const char *to)
{
    return is_ours(from) ? rename_any(from, to, 0) : REAL(renameat2)(a, from, b, to, 0);
}
int renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
    return is_ours(from) ? rename_any(from, to, flags) : REAL(renameat2)(a, from, b, to, flags);
}
int link(const char *from, const char *to)
{
    if (!is_ours(from)) return REAL(link)(from, to);
    WATCHED(0, int, REAL(link)(from, to), record_paths(LINK, from, to));
}
int unlink(const char *path)
{
    if (!is_ours(path)) return REAL(unlink)(path);
    WATCHED(0, int, REAL(unlink)(path), record(UNLINK, 0, 0, path, strlen(path)));
}
int mkdir(const char *path, mode_t mode)
{
    if (!is_ours(path)) return REAL(mkdir)(path, mode);
    WATCHED(0, int, REAL(mkdir)(path, mode), record(MAKE_FOLDER, 0, 0, path, strlen(path)));
}
int rmdir(const char *path)
{
    if (!is_ours(path)) return REAL(rmdir)(path);
    WATCHED(0, int, REAL(rmdir)(path), record(REMOVE_FOLDER, 0, 0, path, strlen(path)));
}

/* What would change files unseen is written down, for the test to fail over. */
void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t at)
{
    if (is_open(fd) && (protection & PROT_WRITE) && (flags & MAP_SHARED)) record(UNKNOWN, 0, 0, "mmap", 4);
    return REAL(mmap) ? REAL(mmap)(address, length, protection, flags, fd, at) : MAP_FAILED;
}
void *mmap64(void *address, size_t length, int protection, int flags, int fd, off_t at)
{
    return mmap(address, length, protection, flags, fd, at);
}
ssize_t copy_file_range(int from, off_t *a, int to, off_t *b, size_t length, unsigned flags)
{
    if (is_open(to)) record(UNKNOWN, 0, 0, "copy_file_range", 15);
    return REAL(copy_file_range)(from, a, to, b, length, flags);
}

/* .NET looks the functions up that C# code declares, past what is preloaded. */
void *dlsym(void *handle, const char *name)
{
    if (!REAL(dlsym)) begin();
    if (handle != RTLD_NEXT) {
        if (strcmp(name, "open") == 0) return (void *)open;
        if (strcmp(name, "fsync") == 0) return (void *)fsync;
        if (strcmp(name, "close") == 0) return (void *)close;
    }
    return REAL(dlsym)(handle, name);
}
