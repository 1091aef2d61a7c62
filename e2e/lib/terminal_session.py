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
# Typed ahead, before the session is there: it must not be lost.
until(b"instance ", 20)
os.write(master, b"echo rea''dy\n")
until(b"ready", 30)
if b"\r\r\n" in seen:
    sys.exit(f"the local terminal changes what the remote one sends: {seen!r}")
size(50, 132)
# The remote side has the new size at some moment: ask until it does.
for _ in range(20):
    os.write(master, b"echo size is $(stty size)\n")
    until(b"size is ", 20)
    if b"size is 50 132" in seen:
        break
    seen = b""
    time.sleep(0.3)
print("resized to 50 132" if b"size is 50 132" in seen else f"no new size in {seen!r}")
# Ctrl-C is the remote terminal's: it ends the remote command, not vt.
seen = b""
os.write(master, b"sleep 100\n")
until(b"sleep 100", 20)
time.sleep(0.5)
os.write(master, b"\x03")
os.write(master, b"echo still he''re\n")
until(b"still here", 20)
os.write(master, b"exit 5\n")
deadline = time.monotonic() + 20
while True:
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        break
    if time.monotonic() > deadline:
        os.kill(pid, signal.SIGKILL)
        sys.exit("vt did not end with the session")
    time.sleep(0.1)
print(seen.decode(errors="replace"))
code = os.waitstatus_to_exitcode(status)
if code != 5:
    sys.exit(f"exit code {code}, not 5")
