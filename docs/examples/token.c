/* Prints an access token that is valid now: cc -o token token.c && ./token */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* What follows the key, up to the end of the string; NULL where it is not there. */
static char *text(char *answer, const char *key) {
  char *value = strstr(answer, key), *end = NULL;
  if (value) end = strchr(value += strlen(key), '"');
  if (end) *end = '\0';
  return end ? value : NULL;
}

int main(void) {
  const char *path = getenv("C2CD_SOCKET");
  /* With HTTP/1.0 the body is sent as it stands and the connection closed after it. */
  const char ask[] = "GET /v1/token HTTP/1.0\r\n\r\n";
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct timeval patience = {.tv_sec = 40};
  char answer[16384];
  size_t length = 0;
  ssize_t count;

  snprintf(address.sun_path, sizeof address.sun_path, "%s", path ? path : "/run/c2cd/control.sock");
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
      connect(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
      write(fd, ask, sizeof ask - 1) != (ssize_t)(sizeof ask - 1)) {
    perror("no token");
    return 1;
  }
  while ((count = read(fd, answer + length, sizeof answer - 1 - length)) > 0) length += (size_t)count;
  close(fd);
  answer[length] = '\0';

  int granted = strncmp(answer, "HTTP/1.1 200 ", 13) == 0;
  char *value = text(answer, granted ? "\"access_token\":\"" : "\"detail\":\"");
  if (granted && value) printf("%s\n", value);
  else fprintf(stderr, "no token: %s\n", value ? value : "c2cd does not answer");
  return granted && value ? 0 : 1;
}
