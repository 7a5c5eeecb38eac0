"""Rounds, ratios and the table."""

import os
import select
import resource
import signal
import statistics
import subprocess
import time


# Follows a peer's name where its figure by processor time is meant.
PROCESSOR = ", processor"


class Failure(Exception):
    """A peer ended badly; the message says how."""


class Result:
    """What one process took: seconds from start to end, processor seconds, peak KiB, its output."""

    def __init__(self, wall, processor, peak, output):
        self.wall, self.processor, self.peak, self.output = wall, processor, peak, output


def _peak_memory(pid):
    """KiB at the most so far, of the program alone: what wait4 tells begins with the memory of the process
    that started it."""
    try:
        with open("/proc/%d/status" % pid) as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def run(command, environment=None, folder=None, timeout=120):
    """Starts `command` and waits for it as a shell would, without Python's own overhead."""
    merged = dict(os.environ, **(environment or {}))
    read, write = os.pipe()
    quiet = os.open(os.devnull, os.O_RDWR)
    trouble = os.memfd_create("stderr")
    actions = [(os.POSIX_SPAWN_DUP2, quiet, 0), (os.POSIX_SPAWN_DUP2, write, 1),
               (os.POSIX_SPAWN_DUP2, trouble, 2)]
    os.set_inheritable(read, False)
    before = os.getcwd()
    try:
        if folder:
            os.chdir(folder)
        start = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, merged, file_actions=actions)
    finally:
        os.chdir(before)
        os.close(write)
        os.close(quiet)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
    signal.alarm(timeout)
    output = b""
    peak = 0
    while True:
        peak = max(peak, _peak_memory(pid))
        if not select.select([read], [], [], 0.05)[0]:
            continue
        part = os.read(read, 65536)
        if not part:
            break
        output += part
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    signal.alarm(0)
    os.close(read)
    os.lseek(trouble, 0, os.SEEK_SET)
    said = os.read(trouble, 2000).decode(errors="replace").strip()
    os.close(trouble)
    if status != 0:
        how = os.waitstatus_to_exitcode(status)
        raise Failure("%s ended with %d: %s" % (os.path.basename(command[0]), how, said[-400:]))
    return Result(wall, usage.ru_utime + usage.ru_stime, peak, output.decode())


class Peer:
    """One of those that are compared: `measure()` gives a figure, or two: the figure, and the same
    reckoned with processor time in place of the time that passed."""

    def __init__(self, name, measure):
        self.name, self.measure = name, measure


class Series:
    """The figures of all rounds, by peer; `None` where a peer is not there or fell out."""

    def __init__(self, names):
        self.names = names
        self.rounds = []

    def figure(self, name):
        """The median over the rounds; None without any."""
        figures = [each[name] for each in self.rounds if name in each]
        return statistics.median(figures) if figures else None

    def ratio(self, name, to):
        """The median over the rounds of what `name` took as a multiple of what `to` took."""
        ratios = [each[name] / each[to] for each in self.rounds if name in each and to in each]
        return statistics.median(ratios) if ratios else None


def interleave(peers, rounds):
    """Every round runs every peer once, the first one being another one each time.

    One round more comes first and is not counted. A peer that fails falls out and is told of.
    """
    series = Series([peer.name for peer in peers])
    peers = list(peers)
    for number in range(rounds + 1):
        figures = {}
        shift = number % max(1, len(peers))
        for peer in peers[shift:] + peers[:shift]:
            try:
                measured = peer.measure()
                if isinstance(measured, tuple):
                    measured, figures[peer.name + PROCESSOR] = measured
                figures[peer.name] = measured
            except Failure as failure:
                print("  left out: %s (%s)" % (peer.name, failure))
                peers = [other for other in peers if other is not peer]
        if number > 0:
            series.rounds.append(figures)
    return series


class Row:
    """A line of the last table."""

    def __init__(self, what, peer, ratio, aim, at_most=False, figures=""):
        self.what, self.peer, self.ratio, self.aim = what, peer, ratio, aim
        self.at_most, self.figures = at_most, figures

    @property
    def verdict(self):
        """Whether the aim is reached."""
        if self.aim is None:
            return ""
        if self.ratio is None:
            return "not measured"
        reached = self.ratio <= self.aim if self.at_most else self.ratio >= self.aim
        return "reached" if reached else "missed"


def table(rows):
    """Prints rows as a table, with the aims beside."""
    if not rows:
        return
    lines = [("what", "against", "figures", "ratio", "aim", "")]
    for row in rows:
        ratio = "–" if row.ratio is None else "%.2f" % row.ratio
        aim = "" if row.aim is None else "%s %.2f" % ("≤" if row.at_most else "≥", row.aim)
        lines.append((row.what, row.peer, row.figures, ratio, aim, row.verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for number, line in enumerate(lines):
        print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def load():
    """What else the machine has to do, for the head of a report."""
    return "%d processors, load %.1f" % (os.cpu_count(), os.getloadavg()[0])


# A process that is measured starts with this limit anyway; big benches open many sockets.
resource.setrlimit(
    resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
