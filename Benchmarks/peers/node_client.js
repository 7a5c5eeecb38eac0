// The recipes' work in node: node node_client.js pool|fetch calls|waterfall ORIGIN COUNT
// Prints the seconds it took, start-up left out.
const [how, what, origin, count] = [...process.argv.slice(2, 5), Number(process.argv[5])];
const base = "/v1";
const headers = { authorization: "Bearer x", "content-type": "application/json" };

let ask;
if (how === "pool") {
  const { Pool } = require("undici");
  const pool = new Pool(origin, { connections: 64, pipelining: 1 });
  ask = async (method, path, body) => {
    const answer = await pool.request({ method, path, headers, body });
    return answer.body.json();
  };
} else {
  ask = async (method, path, body) => (await fetch(origin + path, { method, headers, body })).json();
}

async function execute(action, data) {
  const body = JSON.stringify({ action: { kind: "connector", actionSlug: action }, data });
  const { run } = await ask("POST", base + "/orchestration/actions/execute", body);
  const finished = await ask("GET", base + "/orchestration/runs/" + run.uuid);
  return finished.runContext.action;
}

async function enrich(row) {
  for (const action of ["find1", "find2", "find3"]) {
    const answer = await execute(action, { name: row.name, domain: row.domain });
    if (answer.email) return { ...row, email: answer.email, score: answer.score };
  }
  return null;
}

async function main() {
  const start = process.hrtime.bigint();
  let next = 0, found = 0;
  const worker = async () => {
    while (next < count) {
      const i = next++;
      const row = { name: "Jane Doe " + i, domain: "north" + i + ".example" };
      const answer = what === "waterfall" ? await enrich(row) : await execute("find1", row);
      if (answer && answer.email) found++;
    }
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  console.log(Number(process.hrtime.bigint() - start) / 1e9, found);
  process.exit(0);
}
main();
