/// Takes calls to their end over a transport: sends the request, and for operations that start work
/// waits for it, by looking at it again and again, and fetches what it brought (`design.md` §4.1,
/// `cargo-platform.md` §4.2).
public final class Waiter: CallHandler {
  let transport: any Transport
  let loop: EventLoop
  /// Fetches downloads that an answer points to.
  let fetcher: (any FileFetcher)?
  private let lookUp: (String) -> Operation?

  /// Makes a waiter.
  ///
  /// - Parameters:
  ///   - transport: Carries requests.
  ///   - loop: The loop of the transport.
  ///   - fetcher: Fetches downloads that an answer points to; by default the transport, if it can.
  ///   - lookUp: Finds the rows that the waiter sends by itself (`run.get`, `batch.get`, `message.get`,
  ///     `batch.download`).
  public init(
    transport: any Transport, loop: EventLoop, fetcher: (any FileFetcher)? = nil,
    lookUp: @escaping (String) -> Operation? = OperationTable.named
  ) {
    self.transport = transport
    self.loop = loop
    self.fetcher = fetcher ?? transport as? any FileFetcher
    self.lookUp = lookUp
  }

  /// Takes a call to its end; see `CallHandler`.
  public func handle(_ call: OperationCall, completion: @escaping (CallResult) -> Void) {
    let wait = WaitingCall(call, waiter: self, completion: completion)
    call.canceller = { wait.cancel() }
    wait.start()
  }

  func operation(named name: String) throws(CargoError) -> Operation {
    if let operation = lookUp(name) { return operation }
    throw CargoError(.argument, "there is no operation '\(name)' to wait with")
  }
}
