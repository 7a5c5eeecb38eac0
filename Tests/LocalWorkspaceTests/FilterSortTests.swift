import CargoClient
import Testing

@testable import LocalWorkspace

@Suite struct FilterSortTests {
  let fixture: FilterFixture
  init() throws { fixture = try FilterFixture() }

  private let all: JSONValue = ["conjonction": "and", "groups": []]

  private func values(_ ids: [String], _ slug: String) -> [JSONValue] {
    ids.map { id in
      fixture.companyRows.first { $0["_id"]?.string == id }?[slug] ?? .null
    }
  }

  @Test(arguments: ["asc", "desc"])
  func nullsComeLastAndTiesGoById(kind: String) throws {
    let ids = try fixture.ids(all, sort: [["columnSlug": "b", "kind": .string(kind)]])
    let values = values(ids, "b")
    let nulls = values.filter(\.isNull).count
    #expect(nulls > 0 && values.suffix(nulls).allSatisfy(\.isNull))
    #expect(values.first == (kind == "asc" ? false : true))
    for (a, b) in zip(ids.indices, ids.indices.dropFirst()) where values[a] == values[b] {
      #expect(ids[a] < ids[b])
    }
  }

  @Test func severalKeysTheFirstIsPrimary() throws {
    let ids = try fixture.ids(
      all,
      sort: [["columnSlug": "b", "kind": "desc"], ["columnSlug": "n", "kind": "asc"]])
    let expected = fixture.companyRows.filter { $0["b"] == true && $0["n"]?.isNull == false }
      .compactMap { $0["n"]?.double }.sorted()
    let found = values(ids, "n").prefix(expected.count).compactMap(\.double)
    #expect(found == expected)
  }

  @Test func pagesTogetherAreTheWhole() throws {
    for sort in [
      nil, [], .null, [["columnSlug": "b", "kind": "asc"]], [["slug": "s", "kind": "desc"]],
      [["columnSlug": "_id", "kind": "desc"], ["columnSlug": "n", "kind": "asc"]],
    ] as [JSONValue?] {
      var pages: [String] = []
      for offset in stride(from: Int64(0), to: 70, by: 7) {
        pages += try fixture.ids(all, sort: sort, limit: 7, offset: offset)
      }
      #expect(try pages == fixture.ids(all, sort: sort))
      #expect(Set(pages).count == fixture.companyRows.count)
    }
  }

  @Test func withoutSortRecordsComeById() throws {
    let ids = try fixture.ids(all)
    #expect(ids == ids.sorted())
  }
}
