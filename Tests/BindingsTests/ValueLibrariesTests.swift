import CargoClient
import Runtime
import Testing

@testable import Bindings

/// `time`, `text`, `hash`, `uuid`: what they take and give.
@Suite struct ValueLibrariesTests {
  @Test(arguments: [
    ("time.iso(0)", "1970-01-01T00:00:00.000Z"),
    ("time.iso('2026-08-01')", "2026-08-01T00:00:00.000Z"),
    ("time.iso(1.5)", "1970-01-01T00:00:01.500Z"), ("time.parse('1970-01-02')", "86400"),
    ("time.parse(' 1970-01-01T00:00:01.250+00:00 ')", "1.25"), ("time.parse('soon')", "nil"),
    ("time.parse('2026-02-30')", "nil"), ("time.parse(nil)", "nil"),
    ("time.format(0, '%d.%m.%Y')", "01.01.1970"),
    ("time.format('2026-08-01')", "2026-08-01T00:00:00.000Z"),
    ("time.iso(time.add('2024-03-31', { months = -1 }))", "2024-02-29T00:00:00.000Z"),
    ("time.add(0, { days = 1, hours = -1 })", "82800"), ("time.add(0, { seconds = 0.5 })", "0.5"),
    ("time.now() > 1.7e9", "true"), ("math.type(time.now())", "float"),
    ("time.parse(time.iso()) - time.now() < 1", "true"),
    ("hash.sha256('abc')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("uuid():match('^%x+%-%x+%-4%x%x%x%-[89ab]%x%x%x%-%x+$') ~= nil", "true"),
    ("uuid() == uuid()", "false"),
    ("#text.split('a,b', ',')", "2"), ("text.split(' a b ')[2]", "b"),
    ("text.trim('\\u{a0}x ')", "x"),
    ("text.title('o\\'neil')", "O'Neil"), ("text.slug('Ö 1')", "o-1"), ("text.width('日本')", "4"),
    ("text.similarity('a', 'A')", "1.0"),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try RecipeRunner.output("print(\(expression))") == expected + "\n")
  }

  @Test(arguments: [
    ("time.iso('soon')", "time.iso: 'soon' is no date"),
    ("time.iso(1764000000000)", "time.iso: 1764000000000.0 is outside the years 0 to 9999"),
    ("time.iso(1e300)", "time.iso: 1e+300 is outside the years 0 to 9999"),
    ("time.iso({})", "time.iso: 'moment' must be seconds since 1970 or ISO 8601 text, got a table"),
    ("time.format(0, '%Q')", "time.format: the pattern has '%Q'"),
    ("time.add(0, { day = 1 })", "time.add: unknown unit 'day'"),
    ("time.add(0, { months = 0.5 })", "time.add: 'months' must be a whole number, got 0.5"),
    ("time.add(0, { years = 10000 })", "time.add: the result is outside the years 0 to 9999"),
    ("time.add(0)", "time.add: 'by' must be a table such as { days = -30 }, got nothing"),
    ("time.add(0, { 5 })", "time.add: 'by' must have numbers by name, such as { days = -30 }"),
    ("hash.sha256(5)", "hash.sha256: 'text' must be a string, got a number"),
    ("text.split('a', '')", "text.split: 'separator' is empty"),
    ("text.trim()", "text.trim: 'text' must be a string, got nothing"),
  ])
  func refuses(call: String, message: String) throws {
    #expect(try RecipeRunner.failure(call)?.message == message)
  }

  @Test func hashesBytesAndNotCharacters() throws {
    let digest = SHA256.digest([0xff, 0]).hexadecimal
    #expect(try RecipeRunner.output(#"print(hash.sha256("\xff\0"))"#) == digest + "\n")
  }

  @Test func piecesAreBoundedByTheMemoryLimit() throws {
    let runner = RecipeRunner()
    runner.limits.memory = 8 << 20
    let end = try runner.run(
      "print(try(text.split, ('a,'):rep(1 << 19), ',')) print(#text.split(('a '):rep(1000)))")
    #expect(end == .finished)
    #expect(
      runner.printed == """
        nil\ttext.split: the pieces do not fit into the memory limit
          hint: --memory-limit sets it
        1000

        """)
  }

  @Test func randomBytesComeFromOnePlace() {
    #expect(
      UUIDText.version4(Array(repeating: 0, count: 16)) == "00000000-0000-4000-8000-000000000000")
    #expect(
      UUIDText.version4(Array(repeating: 0xff, count: 16)) == "ffffffff-ffff-4fff-bfff-ffffffffffff"
    )
  }
}
