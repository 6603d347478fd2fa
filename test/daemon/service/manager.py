"""Stands in for the service manager's end of sd_notify(3): prints each datagram as a line of JSON.

Closes the descriptors that come with a message, as the manager does: systemd-notify waits for that (BARRIER=1).
"""
import json
import os
import socket
import sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print(json.dumps("listening"), flush=True)
while True:
    data, descriptors, _, _ = socket.recv_fds(receiver, 4096, 8)
    for descriptor in descriptors:
        os.close(descriptor)
    text = data.decode()
    if text != "BARRIER=1":
        print(json.dumps(text), flush=True)
