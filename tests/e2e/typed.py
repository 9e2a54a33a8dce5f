#!/usr/bin/env python3
"""typed.py "ANSWER|ANSWER…" COMMAND…: runs it on a terminal of its own and types an answer after each ": "; exit status as
the command's. Says so when an answer was shown."""
import os
import pty
import select
import sys

answers, args = sys.argv[1].encode().split(b"|"), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(args[0], args)
said, sent = b"", 0
while True:
    ready, _, _ = select.select([fd], [], [], 90)
    if not ready:
        os.kill(pid, 9)
        break
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    said += data
    if sent < len(answers) and said.count(b": ") > sent and said.endswith(b": "):
        os.write(fd, answers[sent] + b"\n")
        sent += 1
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
for a in answers:
    if a and a in said:
        print("WHAT WAS TYPED WAS SHOWN")
print(said.decode(errors="replace"))
sys.exit(status)
