import CargoClient

// Members in one line each: bodies have dozens.
extension JSONWriter {
  mutating func field(_ key: String, _ text: String) {
    self.key(key)
    string(text)
  }

  mutating func field(_ key: String, _ text: String?) {
    self.key(key)
    if let text { string(text) } else { null() }
  }

  mutating func field(_ key: String, _ number: Int64) {
    self.key(key)
    integer(number)
  }

  mutating func field(_ key: String, _ number: Int64?) {
    self.key(key)
    if let number { integer(number) } else { null() }
  }

  mutating func field(_ key: String, _ flag: Bool) {
    self.key(key)
    bool(flag)
  }

  mutating func field(_ key: String, json: some Collection<UInt8>) {
    self.key(key)
    raw(json)
  }

  mutating func field(_ key: String, json: String?) {
    self.key(key)
    if let json { raw(json.utf8) } else { null() }
  }

  mutating func field(_ key: String, instant milliseconds: Int64?) {
    self.key(key)
    if let milliseconds { string(Timestamp.text(milliseconds)) } else { null() }
  }

  mutating func nullField(_ key: String) {
    self.key(key)
    null()
  }

  /// A number; `null` for what JSON cannot hold (SQLite can compute infinities).
  mutating func number(_ number: Double) {
    if number.isFinite { try? double(number) } else { null() }
  }

  /// An amount of credits from millionths.
  mutating func credits(_ key: String, _ microcredits: Int64) {
    self.key(key)
    number(Double(microcredits) / 1e6)
  }

  /// One object, made by `body`.
  static func object(
    capacity: Int = 256, _ body: (inout JSONWriter) throws -> Void
  ) rethrows -> [UInt8] {
    var out = JSONWriter(capacity: capacity)
    out.beginObject()
    try body(&out)
    out.endObject()
    return out.bytes
  }
}
