#!/usr/bin/env python3
"""Prints an access token that is valid now."""
import http.client
import json
import os
import socket
import sys

connection = http.client.HTTPConnection("c2cd", timeout=40)
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.settimeout(40)
try:
    connection.sock.connect(os.environ.get("C2CD_SOCKET", "/run/c2cd/control.sock"))
    connection.request("GET", "/v1/token")
    response = connection.getresponse()
    answer = json.load(response)
except OSError as error:
    sys.exit(f"no token: c2cd does not answer ({error})")
if response.status != 200:
    sys.exit(f"no token: {answer['detail']}")
print(answer["access_token"])
