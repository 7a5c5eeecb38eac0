import CargoClient
import Testing

@testable import Host

@Suite struct ExitCodeTests {
  @Test(
    arguments: [
      (.cargo, 6), (.http, 6), (.run, 1), (.timeout, 1), (.permission, 4), (.budget, 5),
      (.argument, 1), (.cancelled, 1), (.unknown, 9), (.journal, 9), (.file, 1),
    ] as [(CargoError.Kind, Int32)])
  func ofUncaughtErrors(kind: CargoError.Kind, code: Int32) {
    #expect(RunEnding.failed(Diagnostic(message: ""), kind).exitCode.rawValue == code)
  }

  @Test(
    arguments: [
      (.finished, 0), (.outputClosed, 0), (.outputFailed("x"), 1),
      (.failed(Diagnostic(message: ""), nil), 1), (.notCompiled(Diagnostic(message: "")), 3),
      (.killed(.time, nil), 7), (.killed(.deadline, nil), 7), (.killed(.instructions, nil), 7),
      (.killed(.memory, nil), 8), (.killed(.interrupt, nil), 130),
    ] as [(RunEnding, Int32)])
  func ofOtherEnds(ending: RunEnding, code: Int32) {
    #expect(ending.exitCode.rawValue == code)
  }
}
