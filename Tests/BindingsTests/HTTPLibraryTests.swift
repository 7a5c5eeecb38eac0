import CargoClient
import Glibc
import Runtime
import Testing

@testable import Bindings

@Suite struct HTTPLibraryTests {
  /// Runs a recipe that may reach a server on this machine, `base` in it.
  static func run(
    _ source: String, memory: Int = 64 << 20,
    _ behave: @escaping @Sendable (FaultyConnection, FaultyConnection.Request) -> Void
  ) throws -> (end: RecipeEnd, printed: String, arrivals: [String]) {
    let server = FaultyServer { connection in
      while let request = connection.readRequest() { behave(connection, request) }
    }
    defer { server.stop() }
    let runner = RecipeRunner()
    runner.limits.memory = memory
    runner.permissions = Permissions(
      manifest: nil, granted: Grant(net: ["127.0.0.1:\(server.port)"]), isLive: false)
    let end = try runner.run("base = '\(server.origin)' " + source)
    return (end, runner.printed, server.arrivals)
  }

  static func echo(_ connection: FaultyConnection, _ request: FaultyConnection.Request) {
    connection.answer(
      200, headers: ["Content-Type: text/plain", "X-One: 1", "X-One: 2"],
      request.line + "\n" + String(decoding: request.body, as: UTF8.self))
  }

  @Test func answersAreTables() throws {
    let run = try Self.run(
      """
      local r = http.get(base .. "/a?b=c")
      print(r.status, r.ok, r.url == base .. "/a?b=c", r.headers["X-One"], r.headers["x-one"], r.headers.none)
      print(r.body)
      print(http.post(base, { json = { b = 1, a = "ü" } }).body)
      print(http.post(base, { form = { b = true, a = 1.5 } }).body)
      print(http.request { url = base, method = "delete" }.body)
      print(http.request { url = base, method = "PUT", body = "raw\\0" }.body == "PUT / HTTP/1.1\\nraw\\0")
      """, Self.echo)
    #expect(run.end == .finished)
    #expect(
      run.printed == """
        200\ttrue\ttrue\t1, 2\t1, 2\tnil
        GET /a?b=c HTTP/1.1

        POST / HTTP/1.1
        {"a":"ü","b":1}
        POST / HTTP/1.1
        a=1.5&b=true
        DELETE / HTTP/1.1

        true

        """)
  }

  @Test func aStatusRaisesWhenAskedTo() throws {
    let run = try Self.run(
      """
      print(http.get(base .. "/?key=secret").status, http.get(base).ok)
      local _, e = try(http.get, base .. "/?key=secret", { raise = true })
      print(e.kind, e.status, e.message:gsub("%d+", "N"), e.body.why)
      print(http.get(base):json().why, http.get(base):json({ nulls = "keep" }).none == json.null)
      """
    ) { connection, _ in connection.answer(404, #"{"why":"gone","none":null}"#) }
    #expect(run.end == .finished)
    #expect(
      run.printed == """
        404\tfalse
        http\t404\tGET http://N.N.N.N:N/ was answered with N\tgone
        gone\ttrue

        """)
  }

  @Test func tasksWaitSideBySide() throws {
    let run = try Self.run(
      """
      local bodies = parallel({ 1, 2, 3, 4 }, function(n) return http.get(base .. "/" .. n).body end)
      print(#bodies, bodies[3])
      print(try(timeout, 0.05, function() return http.get(base .. "/slow") end))
      """
    ) { connection, request in
      if request.path == "/slow" { return connection.waitForClient() }
      connection.answer(request.path)
    }
    #expect(run.end == .finished)
    #expect(run.printed == "4\t/3\nnil\tthe time given to timeout() is over\n")
  }

  @Test func largeAnswersCountAsMemory() throws {
    let run = try Self.run(
      """
      for i = 1, 20 do assert(#http.get(base).body == 1 << 20) end
      print(try(http.get, base .. "/large"))
      """, memory: 8 << 20
    ) { connection, request in
      connection.answer(String(repeating: "x", count: request.path == "/" ? 1 << 20 : 12 << 20))
    }
    #expect(run.end == .finished)
    #expect(
      run.printed == """
        nil\tthe answer of 127.0.0.1 does not fit into the memory limit
          hint: --memory-limit sets it

        """)
  }

  @Test(arguments: [
    ("http.get('https://example.com')", "the host example.com was not granted"),
    ("http.get(5)", "http.request: 'url' must be a string, got a number"),
    ("http.get()", "http.request: 'url' must be a string, got nil"),
    ("http.get(base, 'x')", "http.get: the second argument must be a table of options"),
    ("http.get(base, { method = 'PUT' })", "http.get: 'method' goes without saying"),
    ("http.request(base)", "http.request: 'options' must be a table with a url, got a string"),
    ("http.request { url = base, tiemout = 1 }", "http.request: unknown option 'tiemout'"),
    ("http.request { url = base, base }", "http.request: unknown option '?'"),
    ("http.request { url = base, method = 'TRACE' }", "http.request: 'TRACE' is no method"),
    (
      "http.get(base, { timeout = 0 })",
      "http.request: 'timeout' must be a number from 0.001 to 3600, got 0"
    ),
    (
      "http.get(base, { retries = 1.5 })",
      "http.request: 'retries' must be a whole number from 0 to 10, got 1.5"
    ),
    ("http.get(base, { raise = 1 })", "http.request: 'raise' must be true or false, got a number"),
    (
      "http.get(base, { headers = { a = {} } })",
      "http.request: 'headers.a' must be a text, got a table"
    ),
    (
      "http.get(base, { headers = { a = 'b\\nc' } })",
      "the value of the header 'a' has a line break or NUL"
    ),
    ("http.get(base, { body = 'x' })", "http.request: a GET has no body"),
    (
      "http.post(base, { body = 'x', json = {} })",
      "http.request: 'body' and 'json' are both bodies"
    ),
    (
      "http.post(base, { form = { x = {} } })", "http.request: 'form.x' must be a text, got a table"
    ),
    ("http.post(base, { json = print })", "the value is a function and cannot be written as JSON"),
    ("http.get(base .. '/text'):json()", "is no JSON"),
  ])
  func refuses(call: String, message: String) throws {
    let run = try Self.run(call) { connection, _ in connection.answer("hello") }
    guard case .failed(let failure) = run.end else {
      Issue.record("\(run.end)")
      return
    }
    #expect(failure.message.contains(message))
  }

  @Test func anUnfinishedRequestDoesNotOutliveItsRun() throws {
    let run = try Self.run("spawn(function() http.get(base) end) sleep(0.02) error('over')") {
      connection, _ in connection.waitForClient()
    }
    guard case .failed(let failure) = run.end else {
      Issue.record("\(run.end)")
      return
    }
    #expect(failure.message == "over")
  }
}

@Suite struct GTMLibraryTests {
  @Test(arguments: [
    ("gtm.domain('https://www.acme.com/x')", "acme.com"), ("gtm.domain('Official website')", "nil"),
    ("gtm.domain(nil)", "nil"),
    ("gtm.company('Acme, Inc.')", "acme"), ("gtm.company('')", "nil"),
    ("gtm.email(' ADA@acme.com')", "ada@acme.com"),
    ("gtm.email('none')", "nil"),
    (
      "json.encode(gtm.person('Dr. Ada King Lovelace'))",
      #"{"first":"Ada","full":"Ada King Lovelace","last":"Lovelace","middle":"King"}"#
    ),
    ("gtm.person('')", "nil"), ("gtm.person(nil)", "nil"),
    ("gtm.is_free_email('a@gmail.com')", "true"), ("gtm.is_free_email(nil)", "false"),
    ("gtm.is_role_email('info@acme.com')", "true"),
    ("gtm.is_disposable('a@mailinator.com')", "true"), ("gtm.is_disposable('x')", "false"),
    ("gtm.same_company('BMW AG', 'BMW Group')", "true"), ("gtm.same_company('BMW', nil)", "false"),
  ])
  func gives(expression: String, expected: String) throws {
    #expect(try RecipeRunner.output("print(\(expression))") == expected + "\n")
  }

  @Test func wrongTypesAreErrors() throws {
    #expect(
      try RecipeRunner.failure("gtm.domain(5)")?.message
        == "gtm.domain: 'text' must be a string, got a number")
  }
}
