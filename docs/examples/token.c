/* Prints an access token that is valid now: cc -o token token.c && ./token */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

int main(void) {
  const char *path = getenv("C2CD_SOCKET");
  /* With HTTP/1.0 the body is sent as it stands and the connection closed after it. */
  const char ask[] = "GET /v1/token HTTP/1.0\r\n\r\n", key[] = "\"access_token\":\"";
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct timeval patience = {.tv_sec = 40};
  char answer[16384], *token, *end;
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

  if (strncmp(answer, "HTTP/1.1 200 ", 13) != 0 || !(token = strstr(answer, key)) ||
      !(end = strchr(token += sizeof key - 1, '"'))) {
    fprintf(stderr, "no token: %s\n", length > 0 ? answer : "c2cd does not answer");
    return 1;
  }
  printf("%.*s\n", (int)(end - token), token);
  return 0;
}
