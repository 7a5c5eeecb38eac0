// Rewrites an expression so that reading a property of undefined or null gives undefined, as the
// platform has it, while calling what is not there still throws: `a.b.c` becomes `a?.b?.c`, and
// `a.b.trim()` becomes `(a?.b).trim()`. It is asked only after the expression as written has thrown,
// so it can turn a failure into a value and never a value into another one. What it does not
// understand it leaves as it is; what it makes worse does not compile, and the first failure stands.
const makeLenient = () => {
  "use strict";
  const blank = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;
  const word = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
  const number = /(?:0[xob][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[-+]?\d+)?)n?/iy;
  const text = /'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"/y;
  const pattern = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\/\\\[\n])+\/[a-z]*/y;
  const quasi = /(?:\\[^]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
  const optional = /\?\.(?!\d)/y;
  const operator = /=>|\.\.\.|\+\+|--|[^]/y;
  // After these a property is called or set, which must not be skipped.
  const needed = /\(|`|=(?![=>])|(?:\*\*|<<|>>>?|&&|\|\||\?\?|[-+*\/%&|^])=(?!=)|\+\+|--/y;
  const prefixes = new Set(("await case delete do else in instanceof new of return throw typeof "
    + "void yield").split(" "));

  return (code) => {
    let out = "";
    let at = 0;
    // Whether a value must come next; else one has just ended, and `chain` tells where it began.
    let wantsValue = true;
    let chain = null;
    // Where a `new` began whose class comes next; whether `++` or `--` stands before the next value.
    let newAt = -1;
    let isSet = false;
    const frames = [];

    const take = (expression) => {
      expression.lastIndex = at;
      const found = expression.exec(code);
      if (!found) return "";
      at = expression.lastIndex;
      return found[0];
    };
    const comes = (expression) => {
      const start = at;
      take(blank);
      expression.lastIndex = at;
      const does = expression.test(code);
      at = start;
      return does;
    };
    const begin = (word) => {
      const raw = isSet || newAt >= 0 || word === "super" || word === "import";
      chain = { start: newAt >= 0 ? newAt : out.length, isNew: newAt >= 0, raw, soft: false,
        hard: false };
      newAt = -1;
      isSet = false;
      wantsValue = false;
    };
    // Ends the reach of the `?.` that were put in so far.
    const wrap = (end) => {
      out = out.slice(0, chain.start) + "(" + out.slice(chain.start, end) + ")" + out.slice(end);
      chain.soft = false;
    };
    // A property that begins at `start` of the output, its dot or bracket already there.
    const soften = (start, dot) => {
      if (chain.raw) return;
      if (comes(needed)) {
        if (chain.soft && !chain.hard) wrap(start);
        return;
      }
      out = out.slice(0, start) + "?." + out.slice(start + dot);
      chain.soft = true;
    };

    while (at < code.length) {
      const spaces = take(blank);
      if (spaces) { out += spaces; continue; }
      const character = code[at];
      if (!wantsValue && (character === "." && code[at + 1] !== "." || code.startsWith("?.", at))) {
        const own = take(optional);
        if (own) {
          if (chain.soft && !chain.hard) wrap(out.length);
          chain.hard = true;
          out += own;
          out += take(blank) + take(word);
        } else if (character === ".") {
          at += 1;
          const start = out.length;
          const gap = take(blank);
          const name = take(word);
          if (!name) throw new SyntaxError("no name after a dot");
          out += "." + gap + name;
          soften(start, 1);
        } else {
          at += 1;
          out += "?";
          wantsValue = true;
        }
        continue;
      }
      let piece;
      if (wantsValue && (piece = take(text) || take(number) || take(pattern))) {
        begin(piece);
        out += piece;
      } else if ((piece = take(word))) {
        if (prefixes.has(piece)) {
          if (piece === "new") newAt = newAt < 0 ? out.length : newAt;
          wantsValue = true;
        } else {
          begin(piece);
        }
        out += piece;
      } else if (character === "`") {
        if (wantsValue) begin("`");
        at += 1;
        out += "`";
        piece = take(quasi);
        if (!piece) throw new SyntaxError("a template that does not end");
        out += piece;
        if (piece.endsWith("${")) {
          frames.push({ close: "}", chain, quasi: true });
          wantsValue = true;
        }
      } else if ("([{".includes(character)) {
        const isSuffix = !wantsValue && character !== "{";
        if (!isSuffix) begin(character);
        if (character === "(" && chain.isNew) chain.isNew = chain.raw = false;
        frames.push({ close: { "(": ")", "[": "]", "{": "}" }[character], chain,
          bracket: isSuffix && character === "[" && !out.endsWith("?.") ? out.length : -1 });
        at += 1;
        out += character;
        wantsValue = true;
      } else if (")]}".includes(character)) {
        const frame = frames.pop();
        if (frame?.close !== character) throw new SyntaxError("brackets that do not match");
        chain = frame.chain;
        at += 1;
        out += character;
        wantsValue = false;
        if (frame.quasi) {
          piece = take(quasi);
          if (!piece) throw new SyntaxError("a template that does not end");
          out += piece;
          if (piece.endsWith("${")) { frames.push(frame); wantsValue = true; }
        } else if (frame.bracket >= 0) {
          soften(frame.bracket, 0);
        }
      } else {
        piece = take(operator);
        if (piece === "++" || piece === "--") isSet = wantsValue;
        else wantsValue = true;
        out += piece;
      }
    }
    return out;
  };
};
// Made when first needed: most contexts never are.
let madeLenient;
const lenient = (code) => (madeLenient ??= makeLenient())(code);
