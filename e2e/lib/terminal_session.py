"""Runs `vt exec --tty` on a pseudo terminal, resizes it, and checks that the remote side saw the new size."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

instance = sys.argv[1]
pid, master = pty.fork()
if pid == 0:
    os.execv("./vt", ["./vt", "exec", instance, "--org", "dev", "--tty", "--", "sh"])


def size(rows, columns):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.kill(pid, signal.SIGWINCH)


seen = b""


def until(text, seconds):
    global seen
    deadline = time.monotonic() + seconds
    while text not in seen:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([master], [], [], left)[0]:
            sys.exit(f"no {text!r} in {seen!r}")
        try:
            seen += os.read(master, 65536)
        except OSError:
            sys.exit(f"the session ended: {seen!r}")


size(24, 80)
until(b"$ " if os.environ.get("PROMPT") else b"instance ", 20)
os.write(master, b"echo rea''dy\n")
until(b"ready", 20)
size(50, 132)
time.sleep(1)
os.write(master, b"echo resized to $(stty size)\n")
until(b"resized to 50 132", 20)
os.write(master, b"exit 5\n")
_, status = os.waitpid(pid, 0)
print(seen.decode(errors="replace"))
code = os.waitstatus_to_exitcode(status)
if code != 5:
    sys.exit(f"exit code {code}, not 5")
