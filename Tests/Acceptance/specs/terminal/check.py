import re, sys
shown = sys.stdin.buffer.read().decode()
plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
# What is on the screen in the end: a line that is drawn over is gone.
screen = [re.split(r"\r(?!$)", line)[-1].replace("\x1b[K", "").rstrip("\r") for line in plain.split("\n")]
print("\n".join(line for line in screen if line))
bars = re.findall(r"\r(rows [^\r]*)\x1b\[K", plain)
print("a bar was drawn:", len(bars) > 3)
print("never wider than the terminal:", all(len(bar) < 60 for bar in bars))
print("no sequence from outside:", "\x1b]" not in shown and "\x9b" not in shown)
