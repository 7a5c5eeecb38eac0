public import CargoClient

extension CallChain {
  /// The way of every call of a run (`design.md` §2): permission → budget: reserve → intent →
  /// waiter, and back: record, settle.
  ///
  /// Two steps will find their place here when runs can be resumed: the journal's answer (a finished
  /// step returns its bytes, an accepted one is attached to again) and the cache, both between
  /// permission and budget, since neither may cost anything.
  ///
  /// - Parameters:
  ///   - permissions: what the run may do.
  ///   - budget: its credits.
  ///   - pricing: what knows the prices.
  ///   - journal: where intents go; nil for a run that leaves none.
  ///   - isLive: whether paying needs a budget.
  ///   - loop: the loop.
  ///   - waiter: what sends calls and waits for their end.
  public static func forRun(
    permissions: Permissions, budget: Budget, pricing: any Pricing, journal: Journal?,
    isLive: Bool, loop: EventLoop, over waiter: any CallHandler
  ) -> CallChain {
    var interceptors: [any Interceptor] = [
      PermissionInterceptor(permissions, loop: loop),
      BudgetInterceptor(budget: budget, pricing: pricing, loop: loop, requiresBudget: isLive),
    ]
    if let journal { interceptors.append(IntentInterceptor(journal)) }
    return CallChain(interceptors, over: waiter)
  }
}
