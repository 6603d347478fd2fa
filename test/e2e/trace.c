/*
 * Writes down in order, with the time, what a program gets from TCP, prints, and does to its files (LD_PRELOAD):
 *
 *   TRACE_ROOT   the directory whose files are meant
 *   TRACE_LOG    a file elsewhere, appended to: nanoseconds of CLOCK_MONOTONIC, operation, bytes, path
 *
 * What is read counts when it has come, what is written when it begins, a sync when it is done.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void note(const char *operation, size_t bytes, const char *path) {
  static int log = -1;
  char line[1200];
  struct timespec now;
  const char *file = getenv("TRACE_LOG");
  if (file == NULL) return;
  if (log < 0) log = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  clock_gettime(CLOCK_MONOTONIC, &now);
  int length = snprintf(line, sizeof line, "%lld %s %zu %s\n", now.tv_sec * 1000000000LL + now.tv_nsec, operation,
                        bytes, path);
  REAL(write)(log, line, length);
}

static void note_file(const char *operation, int fd, size_t bytes) {
  const char *root = getenv("TRACE_ROOT");
  if (fd == STDOUT_FILENO) note(operation, bytes, "stdout");
  char link[64], path[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (root == NULL || length < 0) return;
  path[length] = 0;
  if (strncmp(path, root, strlen(root)) == 0) note(operation, bytes, path + strlen(root));
}

ssize_t read(int fd, void *data, size_t size) {
  ssize_t got = REAL(read)(fd, data, size);
  struct sockaddr peer;
  socklen_t length = sizeof peer;
  if (got > 0 && getpeername(fd, &peer, &length) == 0 && peer.sa_family == AF_INET) note("read", got, "tcp");
  return got;
}

ssize_t write(int fd, const void *data, size_t size) {
  note_file("write", fd, size);
  return REAL(write)(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  note_file("write", fd, size);
  return REAL(pwrite)(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  note_file("write", fd, size);
  return REAL(pwrite64)(fd, data, size, at);
}

int fsync(int fd) {
  int result = REAL(fsync)(fd);
  note_file("sync", fd, 0);
  return result;
}

int fdatasync(int fd) {
  int result = REAL(fdatasync)(fd);
  note_file("sync", fd, 0);
  return result;
}
