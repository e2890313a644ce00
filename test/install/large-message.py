"""Sends a message of that many bytes to a new kernel of the server, as a browser does, and prints the type of its answer."""

import json
import sys
import uuid

import requests
import websocket

server, size = sys.argv[1], int(sys.argv[2])
headers = {"Authorization": "token settings"}
kernel = requests.post(f"{server}/api/kernels", json={"name": "colpali-lens"}, headers=headers, timeout=60).json()["id"]
socket = websocket.create_connection(
    f"{server.replace('http', 'ws')}/api/kernels/{kernel}/channels", header=headers, timeout=60
)
try:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "kernel_info_request", "session": uuid.uuid4().hex}
    header |= {"username": "", "date": "2026-01-01T00:00:00Z", "version": "5.3"}
    message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": {"fill": "x" * size}}
    socket.send(json.dumps(message))
    while True:
        answer = json.loads(socket.recv())
        if answer["channel"] == "shell" and answer["parent_header"].get("msg_id") == header["msg_id"]:
            print(answer["msg_type"])
            break
finally:
    requests.delete(f"{server}/api/kernels/{kernel}", headers=headers, timeout=60)
