/*
 * Sits between a program and its files (LD_PRELOAD) and writes down, in order, everything that changes what a
 * directory holds. A test replays this log up to any point to learn what a power cut would have left.
 *
 * STORAGE_ROOT   the directory that is watched
 * STORAGE_MARKS  a file elsewhere; what is written to it goes into the log as a mark
 * STORAGE_LOG    the log; appended to
 * STORAGE_KILL   number of the operation, from 1, at which the program is killed: a write is done to its half first
 *
 * A record: operation (1 byte), length of the path, length of the data (4 bytes each), offset (8 bytes), path, data.
 * Numbers are little-endian, as the machine's must be.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *paths[FDS];
static char root[1024], marks[1024];
static size_t root_length;
static int log_fd = -1;
static long kill_at, operations;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("STORAGE_LOG");
  if (file == NULL) return;
  snprintf(root, sizeof root, "%s", getenv("STORAGE_ROOT"));
  snprintf(marks, sizeof marks, "%s", getenv("STORAGE_MARKS"));
  root_length = strlen(root);
  const char *number = getenv("STORAGE_KILL");
  kill_at = number == NULL ? 0 : atol(number);
  log_fd = REAL(open)(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int watched(const char *path) {
  if (log_fd < 0 || path == NULL) return 0;
  return strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

static int is_mark(const char *path) { return log_fd >= 0 && path != NULL && strcmp(path, marks) == 0; }

static const char *path_of(int fd) { return fd >= 0 && fd < FDS ? paths[fd] : NULL; }

static void record(char operation, const char *path, uint64_t offset, const void *data, uint32_t length) {
  uint32_t path_length = strlen(path);
  struct iovec parts[] = {
      {&operation, 1}, {&path_length, 4}, {&length, 4}, {&offset, 8}, {(void *)path, path_length}, {(void *)data, length}};
  if (writev(log_fd, parts, 6) < 0) abort();
}

/* Whether this operation is the last; the caller does what a kill in its middle would leave. */
static int last(void) { return ++operations == kill_at; }

static void end(void) {
  raise(SIGKILL);
  abort();
}

static int opened(int fd, const char *path, int flags, int existed) {
  if (fd < 0 || fd >= FDS) return fd;
  free(paths[fd]);
  paths[fd] = strdup(path);
  if (watched(path) && !existed) record('c', path, 0, "", 0);
  else if (watched(path) && (flags & O_TRUNC)) record('t', path, 0, "", 0);
  return fd;
}

static int do_open(__typeof__(&open) function, const char *path, int flags, mode_t mode) {
  if (!watched(path) && !is_mark(path)) return function(path, flags, mode);
  pthread_mutex_lock(&lock);
  struct stat info;
  int existed = stat(path, &info) == 0;
  if (watched(path) && !existed && (flags & O_CREAT) && last()) end();
  int fd = opened(function(path, flags, mode), path, flags, existed);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return fd;
}

#define OPEN(name)                                   \
  int name(const char *path, int flags, ...) {       \
    mode_t mode = 0;                                 \
    if (flags & (O_CREAT | __O_TMPFILE)) {           \
      va_list list;                                  \
      va_start(list, flags);                         \
      mode = va_arg(list, mode_t);                   \
      va_end(list);                                  \
    }                                                \
    return do_open(REAL(name), path, flags, mode);   \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  if (path_of(fd) != NULL) {
    pthread_mutex_lock(&lock);
    free(paths[fd]);
    paths[fd] = NULL;
    pthread_mutex_unlock(&lock);
  }
  return REAL(close)(fd);
}

static ssize_t do_write(int fd, const void *data, size_t length, off_t offset, int at) {
  __typeof__(&pwrite) positioned = REAL(pwrite);
  __typeof__(&write) plain = REAL(write);
  const char *path = path_of(fd);
  if (path == NULL) return at ? positioned(fd, data, length, offset) : plain(fd, data, length);
  pthread_mutex_lock(&lock);
  if (!at) {
    struct stat info;
    int append = fcntl(fd, F_GETFL) & O_APPEND;
    offset = append && fstat(fd, &info) == 0 ? info.st_size : lseek(fd, 0, SEEK_CUR);
  }
  int ending = watched(path) && last();
  if (ending) length /= 2;
  ssize_t done = at ? positioned(fd, data, length, offset) : plain(fd, data, length);
  int error = errno;
  if (done >= 0) record(watched(path) ? 'w' : 'm', path, offset, data, done);
  if (ending) end();
  pthread_mutex_unlock(&lock);
  errno = error;
  return done;
}

ssize_t write(int fd, const void *data, size_t length) { return do_write(fd, data, length, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return do_write(fd, data, length, offset, 1); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  return do_write(fd, data, length, offset, 1);
}

/* What is not written down must not be done: the log would be wrong. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (path_of(fd) != NULL) abort();
  return REAL(writev)(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  if (path_of(fd) != NULL) abort();
  return REAL(pwritev)(fd, parts, count, offset);
}
int posix_fallocate(int fd, off_t offset, off_t length) {
  if (path_of(fd) != NULL) abort();
  return REAL(posix_fallocate)(fd, offset, length);
}

static int do_truncate(int fd, off_t length) {
  const char *path = path_of(fd);
  if (path == NULL) return REAL(ftruncate)(fd, length);
  pthread_mutex_lock(&lock);
  if (last()) end();
  int result = REAL(ftruncate)(fd, length);
  if (result == 0) record('t', path, length, "", 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t length) { return do_truncate(fd, length); }
int ftruncate64(int fd, off64_t length) { return do_truncate(fd, length); }

static int do_sync(int (*function)(int), int fd) {
  const char *path = path_of(fd);
  if (path == NULL || !watched(path)) return function(fd);
  pthread_mutex_lock(&lock);
  if (last()) end();
  int result = function(fd);
  if (result == 0) record('s', path, 0, "", 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int fsync(int fd) { return do_sync(REAL(fsync), fd); }
int fdatasync(int fd) { return do_sync(REAL(fdatasync), fd); }

int unlink(const char *path) {
  /* Where there is no file, nothing is done. */
  if (!watched(path) || access(path, F_OK) != 0) return REAL(unlink)(path);
  pthread_mutex_lock(&lock);
  if (last()) end();
  int result = REAL(unlink)(path);
  int error = errno;
  if (result == 0) record('u', path, 0, "", 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int rename(const char *from, const char *to) {
  if (!watched(from)) return REAL(rename)(from, to);
  pthread_mutex_lock(&lock);
  if (last()) end();
  int result = REAL(rename)(from, to);
  int error = errno;
  if (result == 0) record('r', from, 0, to, strlen(to));
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}
