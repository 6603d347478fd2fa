#!/bin/sh
# Prints an access token that is valid now. Where c2cctl is installed, `c2cctl token` does the same.
set -e
answer=$(curl --silent --show-error --fail --max-time 40 \
  --unix-socket "${C2CD_SOCKET:-/run/c2cd/control.sock}" http://c2cd/v1/token)
printf '%s' "$answer" | jq --exit-status --raw-output .access_token
