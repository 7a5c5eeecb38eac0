// Measures JSON.parse and JSON.stringify: node bench.js FILE REPEATS
// From and to bytes, as the other side's texts are bytes. Small texts are taken many times in one
// measurement.
const fs = require("fs");
const [path, repeats] = [process.argv[2], Number(process.argv[3])];
const bytes = fs.readFileSync(path);
const times = Math.max(1, Math.floor(2000000 / bytes.length));

// Processor time counts the collector's threads, wall time what other processes took: the lesser of
// both, in node's favour.
function measure(body) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  for (let n = 0; n < times; n++) body();
  const { user, system } = process.cpuUsage(used);
  return Math.min((performance.now() - start) / 1e3, (user + system) / 1e6);
}

let value, encoded;
for (let i = 0; i < repeats; i++) {
  value = undefined;
  const seconds = measure(() => (value = JSON.parse(bytes.toString("utf8"))));
  console.log("decode", seconds, bytes.length * times);
}
for (let i = 0; i < repeats; i++) {
  const seconds = measure(() => (encoded = Buffer.from(JSON.stringify(value))));
  console.log("encode", seconds, encoded.length * times);
}
