/* A card that is slow (LD_PRELOAD): each sync of a file below SLOW_BELOW takes SLOW_SECONDS longer. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void be_slow(int fd) {
  const char *below = getenv("SLOW_BELOW");
  char link[64], path[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (below == NULL || length < 0) return;
  path[length] = 0;
  if (strncmp(path, below, strlen(below)) == 0) sleep(atoi(getenv("SLOW_SECONDS")));
}

int fsync(int fd) {
  be_slow(fd);
  return REAL(fsync)(fd);
}

int fdatasync(int fd) {
  be_slow(fd);
  return REAL(fdatasync)(fd);
}
