/*
 * A storage or a device that stops answering (LD_PRELOAD): while the file STALL_WHILE exists, whatever writes to a path
 * that begins with what is in it stays in the call.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void stall(int fd) {
  const char *file = getenv("STALL_WHILE");
  char link[64], path[1024], prefix[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  while (file != NULL) {
    FILE *now = fopen(file, "r");
    if (now == NULL) return;
    const char *read = fgets(prefix, sizeof prefix, now);
    fclose(now);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (read == NULL || length < 0) return;
    path[length] = 0;
    if (strncmp(path, prefix, strlen(prefix)) != 0) return;
    usleep(20000);
  }
}

ssize_t write(int fd, const void *data, size_t size) {
  stall(fd);
  return REAL(write)(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  stall(fd);
  return REAL(pwrite)(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  stall(fd);
  return REAL(pwrite64)(fd, data, size, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  stall(fd);
  return REAL(writev)(fd, parts, count);
}

int fsync(int fd) {
  stall(fd);
  return REAL(fsync)(fd);
}

int fdatasync(int fd) {
  stall(fd);
  return REAL(fdatasync)(fd);
}
