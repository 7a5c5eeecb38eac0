import LocalWorkspace
import Testing

@testable import Evaluation

/// The rules of `cargo-platform.md` §5.2, each as a text and what it gives.
@Suite struct TemplateTests {
  static let variables = #"""
    {"nodes":{"start":{"domain":"acme.com","email":"jane@acme.com","count":500,"ok":true,"none":null,
    "tags":["b","a"],"at":"2026-08-01T09:30:00Z","day":"2026-08-01","name":"Jane \"J\" Doe",
    "deep":{"list":[{"v":1},{"v":2}]}}},"parentNodes":{"start":{"n":7}}}
    """#.replacing("\n", with: "")

  static let cases: [(String, String)] = [
    // A single expression keeps its type, blanks around it or not.
    ("{{nodes.start.count}}", "500"),
    ("  {{ nodes.start.count }}\n", "500"),
    ("{{nodes.start.ok}}", "true"),
    ("{{nodes.start.none}}", "null"),
    ("{{nodes.start.tags}}", #"["b","a"]"#),
    ("{{nodes.start.deep.list}}", #"[{"v":1},{"v":2}]"#),
    ("{{parentNodes.start.n}}", "7"),
    // Anything else is text.
    ("https://{{nodes.start.domain}}", #""https://acme.com""#),
    ("{{nodes.start.count}}{{nodes.start.ok}}", #""500true""#),
    ("{{nodes.start.count}} .", #""500 .""#),
    ("<{{nodes.start.none}}{{nodes.start.missing}}>", #""<>""#),
    ("plain", #""plain""#),
    ("", #""""#),
    (" {{nodes.start.domain}} & {{nodes.start.count}} ", #"" acme.com & 500 ""#),
    // Malformed braces are text.
    ("{{nodes.start.count", #""{{nodes.start.count""#),
    ("a {{nodes.start.count}} b {{c", #""a 500 b {{c""#),
    ("a }} b", #""a }} b""#),
    ("{nodes.start.count}", #""{nodes.start.count}""#),
    // An empty expression is undefined.
    ("{{}}", "undefined"),
    ("a{{ }}b", #""ab""#),
    // Braces inside an expression belong to it.
    ("{{ {a:{b:1}} }}", #"{"a":{"b":1}}"#),
    ("{{{a:1}}}", #"{"a":1}"#),
    (#"{{ "}}" }}"#, #""}}""#),
    ("{{ JSON.stringify({a:{b:nodes.start.count}}) }}", #""{\"a\":{\"b\":500}}""#),
    ("x{{ ({a:{b:1}}).a.b }}y", #""x1y""#),
    // Whole JavaScript.
    ("{{nodes.start.email.split('@')[1]}}", #""acme.com""#),
    ("{{nodes.start.count > 100 ? 'big' : 'small'}}", #""big""#),
    ("{{`${nodes.start.domain}/${nodes.start.count}`}}", #""acme.com/500""#),
    ("{{nodes.start.tags.map(t => t.toUpperCase()).join('-')}}", #""B-A""#),
    ("{{nodes.start.deep.list.filter(x => x.v > 1).find(x => true)?.v}}", "2"),
    ("{{nodes.start.deep.list.reduce((sum, x) => sum + x.v, 0)}}", "3"),
    ("{{nodes.start.tags.some(t => t === 'a') && nodes.start.tags.every(t => t < 'c')}}", "true"),
    ("{{nodes.start.domain.replace(/\\.com$/, '')}}", #""acme""#),
    ("{{nodes.start.domain.includes('acme')}}", "true"),
    ("{{Math.max(...nodes.start.deep.list.map(x => x.v))}}", "2"),
    ("{{JSON.parse('{\"a\":[1]}').a[0]}}", "1"),
    ("{{new Date('2026-08-01').getUTCFullYear()}}", "2026"),
    ("{{(() => { let s = 0; for (const x of nodes.start.deep.list) s += x.v; return s })()}}", "3"),
    ("{{nodes.start.name}}", #""Jane \"J\" Doe""#),
    ("{{nodes.start.count // a remark\n}}", "500"),
    // Numbers that JSON has no form for.
    ("{{0/0}}", "null"),
    ("{{0/0}}!", #""NaN!""#),
    // Date-shaped texts are texts that have an ISO form.
    ("{{nodes.start.at.toISOString()}}", #""2026-08-01T09:30:00.000Z""#),
    ("{{nodes.start.day.toISOString()}}", #""2026-08-01T00:00:00.000Z""#),
    ("{{nodes.start.day.slice(0, 4)}}", #""2026""#),
    ("{{typeof nodes.start.domain.toISOString}}", #""undefined""#),
    ("{{new Date('2026-08-01T12:00:00').getTimezoneOffset()}}", "0"),
  ]

  @Test func templates() throws {
    let harness = EngineHarness()
    for (text, expected) in TemplateTests.cases {
      #expect(try harness.template(text, TemplateTests.variables) == expected, "\(text)")
    }
  }

  /// Missing paths are silent; calling what is not there is not.
  static let missing: [(String, String)] = [
    ("{{nodes.start.x}}", "undefined"),
    ("{{nodes.nowhere.x}}", "undefined"),
    ("{{nodes.nowhere.x.y.z}}", "undefined"),
    ("{{nodes.start.none.y.z}}", "undefined"),
    ("{{nodes.start['x']['y'][nodes.nowhere.z]}}", "undefined"),
    ("{{nodes.nowhere.x.y || 'none'}}", #""none""#),
    ("{{nodes.nowhere.x.y === undefined}}", "true"),
    ("{{nodes.nowhere.x.y !== undefined && nodes.nowhere.x.y !== null}}", "false"),
    ("{{nodes.nowhere.x > 100}}", "false"),
    ("{{typeof nodes.nowhere.x.y}}", #""undefined""#),
    ("{{[nodes.nowhere.x, nodes.start.count]}}", "[null,500]"),
    ("{{ {a: nodes.nowhere.x, b: nodes.start.tags[5].c} }}", "{}"),
    ("{{nodes.start.tags.map(t => t.x.y).length}}", "2"),
    ("{{nodes.start.tags.reduce((o, t) => { o[t] = t.x.y; return o }, {})}}", "{}"),
    ("{{`<${nodes.nowhere.x}>` + nodes.start.count}}", #""<undefined>500""#),
    (
      "{{nodes.start.count / nodes.start.count + '/' + nodes.nowhere.x /* a/b */}}",
      #""1/undefined""#
    ),
    ("{{/a.b/.test(nodes.start.domain) || nodes.nowhere.x.y}}", "undefined"),
    ("{{new Date(nodes.nowhere.x || 0).getTime()}}", "0"),
    ("{{nodes.nowhere.x?.trim()}}", "undefined"),
    ("{{nodes.start.x?.y.z}}", "undefined"),
    ("{{(nodes.nowhere.x ?? nodes.start.domain).length}}", "8"),
    ("{{nodes.nowhere.x ?.5 : 1}}", "1"),
    ("<{{nodes.nowhere.x.y}}>", #""<>""#),
    (
      "{{nodes.nowhere.x.split(',')}}",
      "failed: {{nodes.nowhere.x.split(',')}} TypeError: undefined is not an object "
        + "(evaluating 'nodes.nowhere.x.split')"
    ),
    (
      "{{nodes.start.none.trim()}}",
      "failed: {{nodes.start.none.trim()}} TypeError: null is not an object "
        + "(evaluating 'nodes.start.none.trim')"
    ),
    (
      "{{nodes.start.x.trim().y.z}}",
      "failed: {{nodes.start.x.trim().y.z}} TypeError: undefined is not an object "
        + "(evaluating 'nodes.start.x.trim')"
    ),
    (
      "{{nodes.start.domain.nothing()}}",
      "failed: {{nodes.start.domain.nothing()}} TypeError: nodes.start.domain.nothing is not a "
        + "function. (In 'nodes.start.domain.nothing()', 'nodes.start.domain.nothing' is undefined)"
    ),
    (
      "{{nodes.start.domain.toISOString()}}",
      "failed: {{nodes.start.domain.toISOString()}} TypeError: nodes.start.domain.toISOString is "
        + "not a function. (In 'nodes.start.domain.toISOString()', "
        + "'nodes.start.domain.toISOString' is undefined)"
    ),
  ]

  @Test func missingPathsAreSilent() throws {
    let harness = EngineHarness()
    for (text, expected) in TemplateTests.missing {
      #expect(try harness.template(text, TemplateTests.variables) == expected, "\(text)")
    }
  }

  /// Code of many kinds, none of which misses anything.
  static let sound = [
    "nodes.start.tags.map(function (t) { return t.length })",
    "/[/]/.test('a/b')",
    "`n ${`m ${nodes.start.domain.length}`} ${nodes.start.tags[0]}`",
    "(x => { x.a = 1; x.b += 2; x.c ??= 7; return x })({b:1})",
    "(o => { o.n.m++; --o.n.m; o.n.m *= 3; return o })({n:{m:2}})",
    "new Date(0).toISOString()",
    "new (class { constructor() { this.v = 1 } get x() { return this.v } })().x",
    "[...'abc'].length",
    "1..toFixed(1)",
    ".5 + 1",
    "0x10.toString()",
    #"String.raw`x\n`.length"#,
    "(a => a?.b?.())({})",
    "(1) / 2 / 1",
    "typeof nodes.start.count === 'number' ? /x/g.flags : ''",
    "({a: 1, 'b': 2, [`c`]: 3}).c",
    "((a, b = a.c) => b)({c: 4})",
    "[1,2,3].at(-1) ** 2",
    "(() => { for (const k in {x:1}) return k })()",
    "(() => { let o = {n: {}}; o.n.v = 5; o['n']['w'] = 6; delete o.n.v; return o })()",
    "(() => { if (true) /x/.test('x'); return 1 })()",
    "/* nodes.x.y */ 1",
    "nodes.start.deep.list[0].v + nodes.start['deep'].list[1]['v']",
    "(() => { const {a, b: {c = 2}} = {a: 1, b: {}}; return a + c })()",
    "nodes.start.tags.sort().join`-`",
    "new Intl.NumberFormat('en-US').format(1234.5)",
    "new Map([['a', 1]]).get('a')",
    "(function () { return this === globalThis })()",
    "nodes.start.count > 1 && nodes.start.count < 1000 || !nodes.start.count",
    "nodes.start?.deep?.list?.[1]?.v",
    "(a => b => a.x + b.y)({x:1})({y:2})",
    "[{a:{b:[5]}}].map(({a}) => a.b[0])[0]",
    "'a' in {a: 1} ? nodes.start.count / 2 / 5 : 0",
    "(() => { switch (1) { case 1: return {x: 1}.x } })()",
    "(() => { label: for (;;) { break label } return 3 })()",
    "nodes.start.tags.length--, nodes.start.tags.length",
    "((...r) => r.length)(1, 2)",
    "(() => { const f = async () => {}; return typeof f })()",
    "[1, 2, 3].reduce((o, n) => ({...o, [n]: n * n}), {})",
    "({ get a() { return 4 } }).a",
    "(function* () { yield* [1] })().next().value",
    "nodes.start.domain.replace(/a(c)/g, (m, c) => c.toUpperCase())",
    "void 0 ?? 'x'",
    "(nodes).start.domain[0]",
    "(nodes.start, nodes).start.count",
    "[[1, 2], [3]].flat()[2]",
    "{}.x",
    #"JSON.parse('{"a":{"b":1}}').a.b"#,
    "(() => { let a = 1\n let b = a\n return b })()",
    "nodes.start.deep.list.map(x => x.v).filter(v => v > 1)[0]",
  ]

  /// Beside something that is missing, the same code is read leniently: with the same value.
  @Test func leniencyChangesNothingElse() throws {
    let harness = EngineHarness()
    for code in TemplateTests.sound {
      let plain = try harness.template("{{\(code)}}", TemplateTests.variables)
      let lenient = try harness.template(
        "{{[nodes.nowhere.x.y, (\(code))][1]}}", TemplateTests.variables)
      #expect(!plain.hasPrefix("failed"), "\(code)")
      #expect(lenient == plain, "\(code)")
    }
  }

  static let failing: [(String, String)] = [
    ("{{nodez.start}}", "failed: {{nodez.start}} ReferenceError: Can't find variable: nodez"),
    ("{{1 +}}", "failed: {{1 +}} SyntaxError: Unexpected token ']'"),
    (
      "{{a) + (b}}",
      "failed: {{a) + (b}} SyntaxError: Unexpected token ')'. Expected either a closing ']' or a ',' "
        + "following an array element."
    ),
    ("{{nodes.start.domain.trim}}", "failed: {{nodes.start.domain.trim}} the result is a function"),
    (
      "x{{nodes.start.domain.trim}}", "failed: {{nodes.start.domain.trim}} the result is a function"
    ),
    ("{{Symbol()}}", "failed: {{Symbol()}} the result is a symbol"),
    ("{{import('fs')}}", "failed: {{import('fs')}} the result is a promise"),
    ("{{10n}}", "failed: {{10n}} TypeError: JSON.stringify cannot serialize BigInt."),
    ("{{(() => { throw 'no' })()}}", "failed: {{(() => { throw 'no' })()}} no"),
    (
      "{{(() => { throw { toString() { throw 1 } } })()}}",
      "failed: {{(() => { throw { toString() { throw 1 } } })()}} an exception that has no text"
    ),
    (
      "{{(function f() { return f() })()}}",
      "failed: {{(function f() { return f() })()}} RangeError: Maximum call stack size exceeded."
    ),
  ]

  @Test func exceptionsNeverBecomeValues() throws {
    let harness = EngineHarness()
    for (text, expected) in TemplateTests.failing {
      #expect(try harness.template(text, TemplateTests.variables) == expected, "\(text)")
    }
  }

  @Test func oneExpressionLeavesNothingToTheNext() throws {
    let harness = EngineHarness()
    let answer = try harness.ask(
      .expressions([
        .init(.template, "{{nodes.start.tags.sort()}}"),
        .init(.template, "{{nodes.start.tags}}"),
        .init(.js, "nodes.start.tags.length"),
        .init(.js, "{{nodes.start.count}}"),
        .init(.js, "globalThis.kept = 1"),
      ]), TemplateTests.variables)
    #expect(EngineHarness.text(answer) == #"["a","b"] ["b","a"] 2 500 1"#)
    // Nor one node to another.
    #expect(
      try harness.template("{{typeof kept + typeof lenient + typeof answer}}")
        == #""undefinedundefinedundefined""#)
    let failure = try harness.failure(.expressions([.init(.js, "1"), .init(.js, "x.y")]))
    #expect(failure.index == 1)
  }

  @Test func scriptsReturnTheirValue() throws {
    let harness = EngineHarness()
    func script(_ text: String) throws -> String {
      try EngineHarness.text(harness.ask(.script(text), TemplateTests.variables))
    }
    #expect(
      try script("const n = nodes.start.count;\nreturn { twice: n * 2 };") == #"{"twice":1000}"#)
    #expect(try script("const x = await Promise.resolve(4); return x + 1") == "5")
    #expect(try script("nodes.start.count") == "undefined")
    #expect(try script("throw new Error('no')") == "failed: Error: no")
    #expect(try script("return await new Promise(() => {})").contains("never comes"))
    #expect(
      try script("return require('lodash')")
        == "failed: Error: require(\"lodash\") is not available offline: scripts run without modules"
    )
    #expect(try script("return nodes.nowhere.x").contains("TypeError"))
  }
}
