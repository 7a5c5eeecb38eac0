import CargoClient
import Testing

@testable import Runtime

@Suite struct BudgetTests {
  static let one = Credits(millionths: 1_000_000)

  /// Reserves and notes what comes of it.
  final class Asker {
    var granted: Budget.Reservation?
    var refused: CargoError?
    var ticket: Budget.Ticket?

    init(_ budget: Budget, _ amount: Double) {
      ticket = budget.reserve(Credits(amount) ?? .max, for: "prospeo.findEmail") { outcome in
        switch outcome {
        case .success(let reservation): self.granted = reservation
        case .failure(let error): self.refused = error
        }
      }
    }

    var waits: Bool { granted == nil && refused == nil }
  }

  @Test func theLowestLimitHolds() {
    #expect(Budget(Credits(5), nil, Credits(3)).limit == Credits(3))
    #expect(Budget(nil, nil).limit == nil)
  }

  @Test func withoutALimitEverythingIsGrantedAndCounted() throws {
    let budget = Budget(nil)
    let asker = Asker(budget, 1e6)
    budget.settle(try #require(asker.granted), actual: Self.one)
    #expect(budget.spent == Self.one)
    #expect(budget.reserved == .zero)
    #expect(budget.available == nil)
  }

  @Test func parallelCallsCannotOvershoot() throws {
    let budget = Budget(Credits(1))
    let askers = (0..<100).map { _ in Asker(budget, 0.3) }
    #expect(askers.filter { $0.granted != nil }.count == 3)
    #expect(askers.allSatisfy { $0.refused == nil })
    for _ in 0..<3 {
      let running = try #require(askers.first { $0.granted.map { _ in true } ?? false })
      budget.settle(try #require(running.granted), actual: try #require(Credits(0.3)))
      running.granted = nil
      running.refused = CargoError(.cargo, "done")
    }
    // 0.1 is left: the others can never fit.
    #expect(askers.allSatisfy { !$0.waits })
    #expect(budget.spent == Credits(0.9))
  }

  @Test func waitsForCallsInFlightBeforeRefusing() throws {
    let budget = Budget(Credits(2))
    let first = Asker(budget, 2)
    let second = Asker(budget, 1)
    #expect(second.waits)
    #expect(budget.quote(Self.one) == .waits)
    budget.settle(try #require(first.granted), actual: .zero)
    #expect(second.granted != nil)
    #expect(budget.available == Self.one)
  }

  @Test func refusesAtOnceWhatCanNeverFit() throws {
    let budget = Budget(Credits(2))
    let first = Asker(budget, 1)
    budget.settle(try #require(first.granted), actual: Self.one)
    let inFlight = Asker(budget, 1)
    let tooMuch = Asker(budget, 1.5)
    #expect(budget.quote(try #require(Credits(1.5))) == .exceeds)
    #expect(inFlight.granted != nil)
    let refused = try #require(tooMuch.refused)
    #expect(refused.kind == .budget)
    #expect(
      refused.description
        == "prospeo.findEmail may cost 1.5 credits, more than is left of the budget of 2: "
        + "1 spent, 1 reserved for calls in flight (--budget 3.5 would cover it)")
  }

  @Test func servesInOrder() throws {
    let budget = Budget(Credits(2))
    let running = Asker(budget, 2)
    let big = Asker(budget, 2)
    let small = Asker(budget, 0.1)
    // Small ones would starve the big one if they passed it.
    #expect(big.waits && small.waits)
    budget.settle(try #require(running.granted), actual: .zero)
    #expect(big.granted != nil && small.waits)
    budget.settle(try #require(big.granted), actual: Self.one)
    #expect(small.granted != nil)
  }

  @Test func theOneBehindARefusedOneIsServed() throws {
    let budget = Budget(Credits(2))
    let running = Asker(budget, 1.5)
    let big = Asker(budget, 2)
    let small = Asker(budget, 1)
    #expect(big.waits && small.waits)
    budget.settle(try #require(running.granted), actual: try #require(Credits(0.5)))
    #expect(big.refused != nil)
    #expect(small.granted != nil)
  }

  @Test func unknownOutcomesKeepTheirReservation() throws {
    let budget = Budget(Credits(2))
    let lost = Asker(budget, 1.5)
    let next = Asker(budget, 1)
    budget.keep(try #require(lost.granted))
    #expect(budget.unsettled == Credits(1.5))
    #expect(
      next.refused?.message
        == "prospeo.findEmail may cost 1 credits, more than is left of the budget of 2: "
        + "0 spent, 1.5 kept for calls whose cost is not known")
  }

  @Test func settlesOnce() throws {
    let budget = Budget(Credits(2))
    let reservation = try #require(Asker(budget, 1).granted)
    budget.settle(reservation, actual: Self.one)
    budget.settle(reservation, actual: Self.one)
    budget.keep(reservation)
    #expect(budget.spent == Self.one)
    #expect(budget.unsettled == .zero)
    #expect(budget.reserved == .zero)
  }

  @Test func whoGivesUpWaitingMakesRoomForTheNext() throws {
    let budget = Budget(Credits(2))
    let running = Asker(budget, 1)
    let big = Asker(budget, 2)
    let small = Asker(budget, 1)
    #expect(budget.cancel(try #require(big.ticket)))
    #expect(big.waits)
    #expect(small.granted != nil)
    #expect(!budget.cancel(try #require(running.ticket)))
  }

  @Test func zeroAlwaysFits() {
    let budget = Budget(.zero)
    #expect(Asker(budget, 0).granted != nil)
    #expect(Asker(budget, 0.000001).refused != nil)
  }
}
