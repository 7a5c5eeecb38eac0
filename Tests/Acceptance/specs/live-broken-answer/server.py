import socket, sys

# Knows one price, and breaks off in the middle of its answer to what pays.
PRICES = b'{"integration":{"slug":"prospeo","actions":{"findEmail":{"credits":{"costs":[{"type":"fixed","cost":1}]}}}}}'
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
server = socket.create_server(("127.0.0.1", 0))
with open("port.tmp", "w") as file:
    file.write(str(server.getsockname()[1]))
import os
os.rename("port.tmp", "port")
while True:
    connection, _ = server.accept()
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(65536)
    line = request.split(b"\r\n")[0].decode()
    with open("requests", "a") as file:
        file.write(line + "\n")
    if line.startswith("GET"):
        connection.sendall((HEAD % len(PRICES)).encode() + PRICES)
    else:
        connection.sendall((HEAD % 500).encode() + b'{"run":{"uuid":"1111')
    connection.close()
