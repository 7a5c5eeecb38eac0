import CargoClient
import Glibc
import Testing

@testable import LocalWorkspace

/// Random filters: what the SQL finds is what the evaluator finds.
@Suite struct FilterRandomTests {
  let fixture: FilterFixture
  let evaluators: [Bool: FilterEvaluator]

  init() throws {
    let fixture = try FilterFixture()
    self.fixture = fixture
    evaluators = [true: true, false: false].mapValues {
      FilterEvaluator(fixture: fixture, negativeMatchesNull: $0)
    }
  }

  /// How many filters; FILTER_SEEDS=5000 takes a minute.
  private static var seeds: UInt64 {
    getenv("FILTER_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 200
  }

  @Test(arguments: [true, false])
  func sqlAndEvaluatorAgree(negativeMatchesNull: Bool) throws {
    var failures = 0
    for seed in 0..<Self.seeds {
      var generator = FilterGenerator(seed: seed)
      let filter = generator.filter()
      guard let difference = difference(filter, negativeMatchesNull) else { continue }
      failures += 1
      let smallest = shrink(filter, negativeMatchesNull)
      let text = String(decoding: try smallest.canonicalBytes(), as: UTF8.self)
      Issue.record(
        "seed \(seed): \(difference)\nsmallest: \(text)\n\(self.difference(smallest, negativeMatchesNull) ?? "")"
      )
      if failures == 5 { break }
    }
  }

  /// Enough of the random filters must find some rows and not all, or the test says nothing.
  @Test func theFiltersTellRowsApart() throws {
    var telling = 0
    for seed in 0..<100 as Range<UInt64> {
      var generator = FilterGenerator(seed: seed)
      let count = try fixture.ids(generator.filter()).count
      if count > 0 && count < fixture.companyRows.count { telling += 1 }
    }
    #expect(telling > 50)
  }

  private func difference(_ filter: JSONValue, _ negativeMatchesNull: Bool) -> String? {
    let expected = Set(evaluators[negativeMatchesNull]?.ids(filter) ?? [])
    do {
      let found = Set(try fixture.ids(filter, negativeMatchesNull: negativeMatchesNull))
      if found == expected { return nil }
      let rows = fixture.companyRows.filter {
        found.symmetricDifference(expected).contains($0["_id"]?.string ?? "")
      }
      let shown = rows.prefix(2).compactMap {
        (try? $0.canonicalBytes()).map { String(decoding: $0, as: UTF8.self) }
      }
      let sql = try fixture.compiler(negativeMatchesNull: negativeMatchesNull).condition(filter)
      return "SQL lacks \(expected.subtracting(found).sorted()), "
        + "has besides \(found.subtracting(expected).sorted()); rows \(shown)\n\(sql)"
    } catch {
      return "error: \(error)"
    }
  }

  /// Leaves out groups and conditions as long as the difference stays.
  private func shrink(_ filter: JSONValue, _ negativeMatchesNull: Bool) -> JSONValue {
    var filter = filter
    var isSmaller = true
    while isSmaller {
      isSmaller = false
      for candidate in smaller(filter) where difference(candidate, negativeMatchesNull) != nil {
        filter = candidate
        isSmaller = true
        break
      }
    }
    return filter
  }

  private func smaller(_ filter: JSONValue) -> [JSONValue] {
    let groups = filter["groups"]?.array ?? []
    var candidates: [JSONValue] = []
    for (index, group) in groups.enumerated() {
      var fewer = groups
      fewer.remove(at: index)
      candidates.append(with(filter, "groups", fewer))
      let conditions = group["conditions"]?.array ?? []
      for position in conditions.indices {
        var less = conditions
        less.remove(at: position)
        var changed = groups
        changed[index] = with(group, "conditions", less)
        candidates.append(with(filter, "groups", changed))
      }
    }
    return candidates
  }

  private func with(_ value: JSONValue, _ key: String, _ list: [JSONValue]) -> JSONValue {
    var value = value
    value[key] = .array(list)
    return value
  }
}
