import CargoClient

/// What the runs of one request may still pay, where the caller gave `max_credits`: the nodes of a graph are
/// too many to quote when a group's items are computed, so each is held to what is left before it is asked.
///
/// Bound to the loop's thread.
final class CreditCeiling {
  /// In millionths of a credit; what is under way counts at its worst.
  private var left: Int64
  private let text: String

  init(credits: Double) {
    left = Int64(min(max(credits, 0), 1e12) * 1e6)
    text = credits == credits.rounded() && credits < 1e12 ? String(Int64(credits)) : String(credits)
  }

  /// Takes the worst that a call may cost; nil when there is not so much left.
  func take(_ price: Price, _ input: JSONValue) -> Int64? {
    let records = price.shape == .returned ? max(0, input["limit"]?.integer ?? 100) : 1
    let (worst, isTooMuch) = price.microcredits.multipliedReportingOverflow(by: records)
    guard !isTooMuch, worst <= left else { return nil }
    left -= worst
    return worst
  }

  /// Gives back what a call did not cost.
  func settle(_ worst: Int64, actual: Int64) { left += worst - actual }

  /// Why a node is not run.
  func failure(_ target: ActionTarget) -> NodeFailure {
    NodeFailure(
      "\(target.integration.slug).\(target.action.slug) may cost more than is left of the max_credits of \(text)"
    )
  }
}
