internal import CLuaHost

/// The host's side of progress bars, for `progress.lua` and for all that shows a bar by itself.
final class ProgressFunctions {
  private let progress: any ProgressReporting
  private let host: LuaHost
  /// Bars that are open, which count as memory: a recipe may begin any number.
  private var open: Set<Int> = []
  private static let size = 512

  private init(_ progress: any ProgressReporting, _ host: LuaHost) {
    self.progress = progress
    self.host = host
  }

  /// Adds `progress_begin`, `progress_step` and `progress_end`.
  static func add(
    toTableOnTop stack: LuaStack, _ functions: LuaFunctions, _ progress: any ProgressReporting,
    _ host: LuaHost
  ) {
    let bars = ProgressFunctions(progress, host)
    functions.set("progress_begin", ofTableOnTop: stack) { bars.begin($0) }
    functions.set("progress_step", ofTableOnTop: stack) { bars.step($0) }
    functions.set("progress_end", ofTableOnTop: stack) { bars.end($0) }
  }

  private func begin(_ stack: LuaStack) -> Int32 {
    let label = stack.string(at: 2) ?? "working"
    let bar = progress.begin(total: Int(stack.integer(at: 1) ?? 0), label: label)
    if open.insert(bar).inserted { cs_host_charge(host.pointer, ProgressFunctions.size) }
    stack.push(Int64(bar))
    return 1
  }

  private func step(_ stack: LuaStack) -> Int32 {
    progress.step(
      Int(stack.integer(at: 1) ?? 0), by: Int(stack.integer(at: 2) ?? 1), note: stack.string(at: 3))
    return 0
  }

  private func end(_ stack: LuaStack) -> Int32 {
    let bar = Int(stack.integer(at: 1) ?? 0)
    if open.remove(bar) != nil { cs_host_charge(host.pointer, -ProgressFunctions.size) }
    progress.end(bar)
    return 0
  }
}
