// The value of this script is the function that the helper calls with one question and that answers
// it; without a question it answers for the script that was waiting for a promise. A question is two
// lines of JSON: the variables by name, and what to evaluate with them.
//
//   { expressions: [{ kind: "template" | "js", text }] } or { script }
//     → { values: [[value] | []] }, an empty list for undefined
//     → { failed: index, code, message }
(() => {
  "use strict";
  const { parse, stringify } = JSON;
  const { Function, Promise, RegExp, String, SyntaxError, TypeError } = globalThis;
  const Script = (async () => {}).constructor;

  // Texts that look like dates can be asked for ISO form, as the platform's dates can.
  const date = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[-+]\d\d:?\d\d)?)?$/;
  const { Date } = globalThis;
  const toISOString = function () { return new Date(this).toISOString(); };
  Object.defineProperty(String.prototype, "toISOString", {
    get() { return date.test(this) ? toISOString : undefined; },
    configurable: true,
  });

  let given;
  let names;
  // Every expression sees what was given, not what the one before it has made of it.
  const values = () => {
    const variables = parse(given);
    return names.map((name) => variables[name]);
  };

  class Failure {
    constructor(code, cause) { this.code = code; this.message = describe(cause); }
  }
  const describe = (cause) => {
    try { return String(cause); } catch { return "an exception that has no text"; }
  };

  const compile = (code) => {
    if (!/\S/.test(code)) return () => undefined;
    // An expression is one in any brackets: `a) + (b` is none.
    new Function("[" + code + "\n]");
    return new Function(...names, "return (" + code + "\n);");
  };

  const run = (compiled, code) => {
    try {
      try {
        return compiled(...values());
      } catch (cause) {
        if (!(cause instanceof TypeError)) throw cause;
        let again;
        try { again = compile(lenient(code)); } catch { throw cause; }
        try {
          return again(...values());
        } catch (second) {
          // In the words of the expression as it was written.
          throw describe(second).replaceAll("?.", ".").replaceAll(/\(([\w$.]+)\)\./g, "$1.");
        }
      }
    } catch (cause) {
      throw new Failure(code, cause);
    }
  };

  // What JSON cannot carry is a failure rather than another value.
  const check = (value, code) => {
    const what = typeof value === "function" ? "a function"
      : typeof value === "symbol" ? "a symbol"
      : value instanceof Promise ? "a promise" : null;
    if (what) throw new Failure(code, "the result is " + what);
    return value;
  };
  const written = (value, code) => {
    if (check(value, code) === undefined) return "[]";
    try {
      const text = stringify(value);
      return text === undefined ? "[]" : "[" + text + "]";
    } catch (cause) {
      throw new Failure(code, cause);
    }
  };

  // Literal texts and expressions in turn. "}}" may be part of an expression: it ends at the first one
  // that leaves something that compiles.
  const split = (text) => {
    const parts = [];
    let from = 0;
    for (let open; (open = text.indexOf("{{", from)) >= 0;) {
      let close = text.indexOf("}}", open + 2);
      if (close < 0) break;
      const first = text.slice(open + 2, close);
      let fault;
      let compiled;
      for (; close >= 0; close = text.indexOf("}}", close + 1)) {
        try {
          compiled = compile(text.slice(open + 2, close));
          break;
        } catch (cause) {
          fault ??= cause;
        }
      }
      if (!compiled) throw new Failure(first, fault);
      if (open > from) parts.push(text.slice(from, open));
      parts.push({ compiled, code: text.slice(open + 2, close) });
      from = close + 2;
    }
    if (from < text.length) parts.push(text.slice(from));
    return parts;
  };

  const template = (text) => {
    const trimmed = text.trim();
    const only = split(trimmed);
    if (only.length === 1 && typeof only[0] !== "string") {
      return written(run(only[0].compiled, only[0].code), only[0].code);
    }
    return stringify([split(text).map((part) => {
      if (typeof part === "string") return part;
      const value = check(run(part.compiled, part.code), part.code);
      try {
        return value === undefined || value === null ? "" : String(value);
      } catch (cause) {
        throw new Failure(part.code, cause);
      }
    }).join("")]);
  };

  const expression = ({ kind, text }) => {
    if (kind === "template") return template(text);
    let compiled;
    try {
      compiled = compile(text);
    } catch (cause) {
      // Some write templates under this kind too.
      if (text.includes("{{")) return template(text);
      throw new Failure(text, cause);
    }
    return written(run(compiled, text), text);
  };

  const failed = (index, cause) => stringify(
    cause instanceof Failure ? { failed: index, code: cause.code, message: cause.message }
      : { failed: index, message: describe(cause) });

  const require = (name) => {
    throw new Error(`require(${stringify(name)}) is not available offline: scripts run without modules`);
  };

  // The end of a script, once it is known.
  let ending = null;
  const start = (script) => {
    try {
      new Script(...names, "require", script)(...values(), require).then(
        (value) => {
          try { ending = `{"values":[${written(value)}]}`; } catch (cause) { ending = failed(0, cause); }
        },
        (cause) => { ending = failed(0, cause); });
    } catch (cause) {
      ending = failed(0, cause);
    }
    return ending ?? undefined;
  };

  return (text) => {
    if (text === undefined) {
      return ending ?? failed(0, "the script waits for something that never comes");
    }
    const line = text.indexOf("\n");
    given = text.slice(0, line);
    const question = parse(text.slice(line + 1));
    // What cannot be a name in JavaScript cannot be asked for.
    names = Object.keys(parse(given)).filter((name) => {
      try { return /^[\w$]+$/.test(name) && new Function(name, ""); } catch { return false; }
    });
    if (question.script !== undefined) return start(question.script);
    const values = [];
    for (const [index, one] of question.expressions.entries()) {
      try { values.push(expression(one)); } catch (cause) { return failed(index, cause); }
    }
    return `{"values":[${values.join()}]}`;
  };
})();
