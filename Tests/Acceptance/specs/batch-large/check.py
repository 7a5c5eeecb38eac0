import re
shown = open("shown", "rb").read().decode()
bars = [int(count) for count in re.findall(r"(\d+)/10000", shown)]
print("a bar went on:", any(0 < bar < 10000 for bar in bars) and bars == sorted(bars))
plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", shown)
print(*[re.split(r"\r(?!$)", line)[-1].rstrip("\r") for line in plain.split("\n") if "10000\t" in line or "spent" in line], sep="\n")
