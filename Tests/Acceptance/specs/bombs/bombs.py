import concurrent.futures, os, resource, subprocess, sys
# Recipes that ask for too much memory, time or depth: each ends with a documented code (or, where Lua
# raises an error, with what pcall tells of it), and none takes much more than its limit.
MEMORY = 64  # MiB
MARGIN = 56  # the program itself, its libraries and what an allocator keeps
BOMBS = [line.rstrip("\n").split(" ", 1) for line in open("bombs.txt") if line.strip()]

def drop(code, source):
    seconds = "0.3" if code == "7" else "30"
    process = subprocess.Popen(
        ["cargo-script", "--quiet", "--memory-limit", str(MEMORY), "--time-limit", seconds, "-e", source],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    ended = os.waitstatus_to_exitcode(status)
    wrong = [] if str(ended) in code.split("|") else [f"ends with {ended}: {errors[:200]}"]
    if not os.environ.get("ASAN_OPTIONS") and usage.ru_maxrss > (MEMORY + MARGIN) * 1024:
        wrong.append(f"takes {usage.ru_maxrss // 1024} MiB")
    if code == "7" and "time limit" not in errors or code == "8" and "memory limit" not in errors:
        wrong.append(f"does not say why: {errors[:200]}")
    return [f"{source}: {what}" for what in wrong]

with concurrent.futures.ThreadPoolExecutor(3) as pool:
    wrong = [what for found in pool.map(lambda bomb: drop(*bomb), BOMBS) for what in found]
print(*wrong, f"{len(BOMBS)} bombs, {len(wrong)} went off", sep="\n")
