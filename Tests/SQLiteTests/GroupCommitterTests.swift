import SQLite
import Synchronization
import Testing

@Suite struct GroupCommitterTests {
  let folder = TemporaryFolder()

  /// Runs completions on the writer's thread and counts the posts.
  final class Posts: Sendable {
    let count = Mutex(0)
    let outcomes = Mutex<[String]>([])
    func post(_ job: @escaping @Sendable () -> Void) {
      count.withLock { $0 += 1 }
      job()
    }
    func note(_ text: String) { outcomes.withLock { $0.append(text) } }
  }

  func makeFile(_ name: String) throws -> String {
    let path = folder.file(name)
    try Connection(path: path).execute("CREATE TABLE t (v UNIQUE)")
    return path
  }

  @Test func manyJobsShareCommits() throws {
    let path = try makeFile("a.db")
    let posts = Posts()
    let committer = try GroupCommitter(connection: Connection(path: path)) { posts.post($0) }
    for number in 0..<2_000 {
      committer.submit({ try $0.run("INSERT INTO t VALUES (?)", [.integer(Int64(number))]) })
    }
    committer.flush()
    #expect(try Connection(path: path).first("SELECT count(*) FROM t") { $0.int64(0) } == 2_000)
    #expect(posts.count.withLock { $0 } < 200)
    committer.close()
  }

  @Test func aFailingJobHarmsNoNeighbour() throws {
    let path = try makeFile("a.db")
    let posts = Posts()
    let committer = try GroupCommitter(connection: Connection(path: path)) { posts.post($0) }
    for number in [1, 2, 1, 3] {
      committer.submit(
        {
          try $0.run("INSERT INTO t VALUES (?)", [.integer(Int64(number * 10))])
          try $0.run("INSERT INTO t VALUES (?)", [.integer(Int64(number))])
          return $0.changes
        },
        completion: { result in
          switch result {
          case .success: posts.note("\(number)")
          case .failure(let error): posts.note("\((error as? SQLiteError)?.isConstraint == true)")
          }
        })
    }
    committer.close()
    #expect(posts.outcomes.withLock { $0 } == ["1", "2", "true", "3"])
    let values = try Connection(path: path).first(
      "SELECT group_concat(v) FROM (SELECT v FROM t ORDER BY v)"
    ) { $0.string(0) }
    #expect(values == "1,2,3,10,20,30")
  }

  @Test func completionsComeAfterTheCommit() throws {
    let path = try makeFile("a.db")
    let posts = Posts()
    let committer = try GroupCommitter(connection: Connection(path: path)) { posts.post($0) }
    committer.submit(
      { try $0.run("INSERT INTO t VALUES (1)") },
      completion: { _ in
        let seen = try? Connection(path: path, options: .readOnly).first("SELECT v FROM t") {
          $0.int64(0)
        }
        posts.note("\(seen ?? -1)")
      })
    committer.close()
    #expect(posts.outcomes.withLock { $0 } == ["1"])
  }

  @Test func aHeldLockFailsTheWholeGroupAndTheNextOneGoesOn() throws {
    let path = try makeFile("a.db")
    let posts = Posts()
    let committer = try GroupCommitter(
      connection: Connection(path: path, options: Connection.Options(busyTimeout: 20))
    ) { posts.post($0) }
    let note: @Sendable (Result<Void, any Error>) -> Void = { result in
      if case .failure(let error as SQLiteError) = result {
        posts.note("busy \(error.isBusy)")
      } else {
        posts.note("done")
      }
    }
    let other = try Connection(path: path)
    try other.transaction {
      committer.submit({ try $0.run("INSERT INTO t VALUES (1)") }, completion: note)
      committer.flush()
    }
    committer.submit({ try $0.run("INSERT INTO t VALUES (2)") }, completion: note)
    committer.close()
    #expect(posts.outcomes.withLock { $0 } == ["busy true", "done"])
    #expect(try other.first("SELECT group_concat(v) FROM t") { $0.string(0) } == "2")
  }

  @Test func twoCommittersOnOneFile() throws {
    let path = try makeFile("a.db")
    let committers = try (0..<2).map { _ in
      try GroupCommitter(connection: Connection(path: path)) { $0() }
    }
    for number in 0..<1_000 {
      committers[number % 2].submit({
        try $0.run("INSERT INTO t VALUES (?)", [.integer(Int64(number))])
      })
    }
    for committer in committers { committer.close() }
    #expect(try Connection(path: path).first("SELECT count(*) FROM t") { $0.int64(0) } == 1_000)
  }
}
