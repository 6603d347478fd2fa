#!/bin/sh
# Prints an access token that is valid now. Where c2cctl is installed, `c2cctl token` does the same.
answer=$(curl --silent --fail-with-body --max-time 40 \
  --unix-socket "${C2CD_SOCKET:-/run/c2cd/control.sock}" http://c2cd/v1/token) || {
  reason=$(printf '%s' "$answer" | jq --raw-output .detail)
  echo "no token: ${reason:-c2cd does not answer}" >&2
  exit 1
}
printf '%s' "$answer" | jq --exit-status --raw-output .access_token
