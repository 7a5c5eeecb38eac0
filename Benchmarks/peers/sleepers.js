const count = Number(process.argv[2]);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const task = async (i) => { await sleep(2000); return i; };
const tasks = [];
for (let i = 0; i < count; i++) tasks.push(task(i));
(async () => { for (const each of tasks) await each; console.log(count); })();
