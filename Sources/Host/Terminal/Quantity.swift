import Runtime

/// Amounts as people read them.
enum Quantity {
  /// "0.4 s", "37 s", "3 min 20 s", "1 h 5 min".
  static func duration(_ seconds: Double) -> String {
    if seconds < 9.95 { return "\(decimal(seconds, places: 1)) s" }
    let whole = Int(min(seconds, 1e9).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  /// "38/s", "0.4/s".
  static func rate(_ perSecond: Double) -> String {
    perSecond < 9.95 ? "\(decimal(perSecond, places: 1))/s" : "\(Int(perSecond.rounded()))/s"
  }

  /// "206.5 credits", "1 credit".
  static func credits(_ amount: Credits) -> String {
    amount == Credits(millionths: 1_000_000) ? "1 credit" : "\(amount) credits"
  }

  /// A number with at most so many decimals, none of them a needless zero.
  static func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((abs(value) * scale).rounded())
    let (whole, part) = (scaled / Int(scale), scaled % Int(scale))
    var digits = String(part)
    digits = String(repeating: "0", count: places - digits.count) + digits
    while digits.last == "0" { digits.removeLast() }
    let sign = value < 0 && scaled != 0 ? "-" : ""
    return digits.isEmpty ? "\(sign)\(whole)" : "\(sign)\(whole).\(digits)"
  }

  /// "1,000,000".
  static func grouped(_ count: Int) -> String {
    var digits = String(count)
    var end = digits.utf8.count - 3
    while end > (count < 0 ? 1 : 0) {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: end))
      end -= 3
    }
    return digits
  }

  /// "1 row", "20 rows".
  static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
