/// What a download answers: the rows, or where they are (`cargo-platform.md` §2.5, §3.3).
enum DownloadedRows {
  /// A JSON array of rows.
  case rows([UInt8])
  /// The address of a file with them.
  case elsewhere(String)
  /// Neither.
  case unusable

  /// Looks at an answer or file: an array, an object with `url`, or one JSON value a line.
  init(_ answer: [UInt8]) {
    let first = answer.first { $0 != 32 && !(9...13).contains($0) }
    if first == UInt8(ascii: "[") {
      self = .rows(answer)
    } else if let document = try? JSONDocument(answer) {
      let url = document["url"]?.string ?? document.root.string
      // One object without an address is a file of one line.
      self =
        url.map { .elsewhere($0) }
        ?? (document.root.object != nil ? .rows([0x5b] + answer + [0x5d]) : .unusable)
    } else if first == UInt8(ascii: "{") {
      self = .rows(DownloadedRows.array(ofLines: answer))
    } else {
      self = .unusable
    }
  }

  private static func array(ofLines lines: [UInt8]) -> [UInt8] {
    var array: [UInt8] = [UInt8(ascii: "[")]
    array.reserveCapacity(lines.count + 2)
    for line in lines.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      if array.count > 1 { array.append(UInt8(ascii: ",")) }
      array += line
    }
    array.append(UInt8(ascii: "]"))
    return array
  }
}
