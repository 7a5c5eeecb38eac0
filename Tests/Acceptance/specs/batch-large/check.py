import re
shown = open("shown", "rb").read().decode()
bars = [int(count) for count in re.findall(r"(\d+)/10000", shown)]
print("a bar went on:", len(bars) > 3 and bars == sorted(bars) and bars[-1] > 3000)
plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", shown)
print(*[re.split(r"\r(?!$)", line)[-1].rstrip("\r") for line in plain.split("\n") if "10000\t" in line or "spent" in line], sep="\n")
