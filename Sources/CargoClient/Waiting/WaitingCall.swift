/// One call of a `Waiter` on its way: sending, looking, fetching. Kept alive by what it waits for.
final class WaitingCall {
  private let call: OperationCall
  private let waiter: Waiter
  private var completion: ((CallResult) -> Void)?

  /// Gives up the request under way.
  private var abandonRequest: (() -> Void)?
  /// The next look.
  private var pollTimer: EventLoop.TimerID?
  private var timeoutTimer: EventLoop.TimerID?
  private var schedule: PollSchedule?
  private var startOfWait: UInt64 = 0
  private var runsCount: Int64 = 0
  private var uuid: String?
  private var isCancelled = false

  init(
    _ call: OperationCall, waiter: Waiter, completion: @escaping (CallResult) -> Void
  ) {
    self.call = call
    self.waiter = waiter
    self.completion = completion
  }

  private var name: String { call.operation.name }

  func start() {
    switch call.operation.waiting {
    case .never:
      send(call.operation, call.arguments, waits: false) { wait, body in
        guard wait.call.operation.result == .rows else {
          return wait.finish(.success(OperationAnswer(body: body)))
        }
        wait.downloadRows(body, of: wait.name) { OperationAnswer(body: $0) }
      }
    case .onRequest(let kind), .byDefault(let kind): create(kind)
    case .only(let kind): attach(kind)
    }
  }

  /// Gives the call up. A request that may pay and has left comes to its end; what it started is not
  /// waited for any more.
  func cancel() {
    guard completion != nil, !isCancelled else { return }
    isCancelled = true
    if let abandonRequest {
      abandonRequest()
    } else {
      waiter.loop.schedule(after: 0) { self.finish(.failure(self.cancelled())) }
    }
  }

  // MARK: Starting

  private func create(_ kind: Operation.Awaited) {
    // With a timeout or a look in between, the uuid must be known before the end is.
    let toldOfEnd = call.waits && call.timeout == nil && call.onPoll == nil
    send(call.operation, call.arguments, waits: toldOfEnd) { wait, body in
      wait.created(kind, body)
    }
  }

  private func created(_ kind: Operation.Awaited, _ body: [UInt8]) {
    let work: RemoteWork
    do throws(CargoError) {
      work = try look(kind, body)
    } catch {
      // It was started, and nobody knows under which name.
      var error = error
      if call.operation.effect != .read {
        error.kind = .unknown
        error.hint = HTTPAnswer.unknownHint
      }
      return finish(.failure(error))
    }
    uuid = work.uuid
    call.onAccepted?(work.uuid)
    let isOver = work.state != .goingOn && work.isComplete
    if isOver { call.credits = work.credits }
    guard call.waits else { return finish(.success(OperationAnswer(body: body))) }
    if isOver { return end(work, body) }
    if isCancelled { return finish(.failure(cancelled())) }
    beginWait(kind)
  }

  /// `run.wait` and its like: the work is there already.
  private func attach(_ kind: Operation.Awaited) {
    do throws(CargoError) {
      let arguments = try JSONDocument(call.arguments, kind: .argument)
      guard let uuid = arguments["uuid"]?.string else {
        throw CargoError(.argument, "\(name) needs the uuid of a \(kind.noun)")
      }
      self.uuid = uuid
      beginWait(kind)
    } catch {
      waiter.loop.schedule(after: 0) { self.finish(.failure(error)) }
    }
  }

  // MARK: Looking

  private func beginWait(_ kind: Operation.Awaited) {
    startOfWait = EventLoop.now()
    schedule = PollSchedule(kind, interval: call.pollingInterval)
    if let timeout = call.timeout {
      timeoutTimer = waiter.loop.schedule(after: timeout) { self.timedOut(kind, timeout) }
    }
    scheduleLook(kind)
  }

  private func scheduleLook(_ kind: Operation.Awaited) {
    let elapsed = Double(EventLoop.now() - startOfWait) / 1e9
    let delay = schedule?.nextDelay(elapsed: elapsed, runsCount: runsCount) ?? 0
    if delay == 0 { return sendLook(kind) }
    pollTimer = waiter.loop.schedule(after: delay) {
      self.pollTimer = nil
      self.sendLook(kind)
    }
  }

  private func sendLook(_ kind: Operation.Awaited) {
    do throws(CargoError) {
      let operation = try waiter.operation(named: kind.noun + ".get")
      // A transport that is told of the end answers only then; `on_poll` wants what is before it.
      send(operation, uuidArguments(), waits: call.onPoll == nil) { wait, body in
        wait.looked(kind, body)
      }
    } catch {
      waiter.loop.schedule(after: 0) { self.finish(.failure(error)) }
    }
  }

  private func looked(_ kind: Operation.Awaited, _ body: [UInt8]) {
    let work: RemoteWork
    do throws(CargoError) {
      work = try look(kind, body)
      try checkIsAsked(work)
    } catch {
      return fail(error)
    }
    call.onPoll?(body)
    if work.runsCount > 0 { call.onProgress?(work.executedRunsCount, work.runsCount) }
    if work.state != .goingOn { return end(work, body) }
    if isCancelled { return finish(.failure(cancelled())) }
    runsCount = work.runsCount
    scheduleLook(kind)
  }

  /// Somebody in between may mix answers up; what is another's must not be taken, and booked, for ours.
  private func checkIsAsked(_ work: RemoteWork) throws(CargoError) {
    guard let uuid, work.uuid.lowercased() != uuid.lowercased() else { return }
    let noun = work.kind.noun
    throw CargoError(
      .http, "\(name) asked for \(noun) \(uuid) and got an answer about \(noun) \(work.uuid)")
  }

  private func look(_ kind: Operation.Awaited, _ body: [UInt8]) throws(CargoError) -> RemoteWork {
    let document: JSONDocument
    do throws(CargoError) {
      document = try JSONDocument(body)
    } catch {
      throw CargoError(.http, "\(name) got an answer that cannot be read: \(error.message)")
    }
    guard let work = RemoteWork(kind, in: document) else {
      throw CargoError(
        .http, "\(name) got an answer without a \(kind.noun) and its uuid", body: body)
    }
    return work
  }

  private func uuidArguments() -> [UInt8] {
    var writer = JSONWriter(capacity: 64)
    writer.beginObject()
    writer.key("uuid")
    writer.string(uuid ?? "")
    writer.endObject()
    return writer.bytes
  }

  // MARK: Ending

  private func timedOut(_ kind: Operation.Awaited, _ seconds: Double) {
    guard completion != nil else { return }
    timeoutTimer = nil
    let noun = kind.noun
    let uuid = uuid ?? ""
    let error = CargoError(
      .timeout, "\(noun) \(uuid) was not finished after \(shortText(seconds)) s; it goes on",
      operation: name,
      hint: "\(noun).wait(\"\(uuid)\") waits on, \(noun).get(\"\(uuid)\") looks at it")
    // A look under way has nothing to say any more.
    abandonRequest?()
    finish(.failure(error))
  }

  private func end(_ work: RemoteWork, _ body: [UInt8]) {
    call.credits = work.credits
    if work.state == .failed && call.raisesOnFailure {
      return finish(.failure(failure(work, body)))
    }
    guard call.operation.result == .batchExecution && work.state == .succeeded else {
      return finish(.success(OperationAnswer(body: body)))
    }
    do throws(CargoError) {
      let download = try waiter.operation(named: "batch.download")
      send(download, downloadArguments(), waits: false) { wait, rows in
        wait.downloadRows(rows, of: "batch \(wait.uuid ?? "")") {
          OperationAnswer(body: body, rows: $0)
        }
      }
    } catch {
      finish(.failure(error))
    }
  }

  private func failure(_ work: RemoteWork, _ body: [UInt8]) -> CargoError {
    let ending = work.status == "cancelled" ? "was cancelled" : "ended in error"
    let why = work.errorMessage.map { ": " + $0 } ?? ""
    let subject = call.actionName.map { "\($0) (\(work.kind.noun) \(work.uuid))" }
    return CargoError(
      .run, "\(subject ?? "\(work.kind.noun) \(work.uuid)") \(ending)\(why)", operation: name,
      body: body)
  }

  private func downloadArguments() -> [UInt8] {
    var writer = JSONWriter(capacity: 96)
    writer.beginObject()
    writer.key("outputNodeSlug")
    writer.string("action")
    writer.key("uuid")
    writer.string(uuid ?? "")
    writer.endObject()
    return writer.bytes
  }

  /// Takes the rows of a download from its answer, or from the file that the answer points to.
  private func downloadRows(
    _ answer: [UInt8], of subject: String, _ makeAnswer: @escaping ([UInt8]) -> OperationAnswer
  ) {
    switch DownloadedRows(answer) {
    case .rows(let rows): finish(.success(makeAnswer(rows)))
    case .elsewhere(let url):
      guard let fetcher = waiter.fetcher else {
        let message = "the rows of \(subject) are in a file that cannot be fetched here"
        return finish(.failure(CargoError(.http, message, operation: name)))
      }
      let id = fetcher.fetch(url, for: call.operation) { result in
        self.abandonRequest = nil
        switch result.map(DownloadedRows.init) {
        case .success(.rows(let rows)): self.finish(.success(makeAnswer(rows)))
        case .success:
          let message = "the file with the rows of \(subject) has no rows"
          self.finish(.failure(CargoError(.http, message, operation: self.name)))
        case .failure(let error): self.fail(error)
        }
      }
      abandonRequest = { fetcher.cancel(id) }
    case .unusable:
      let message = "the download of \(subject) has neither rows nor their address"
      finish(.failure(CargoError(.http, message, operation: name)))
    }
  }

  // MARK: Requests

  private func send(
    _ operation: Operation, _ arguments: [UInt8], waits: Bool,
    then: @escaping (WaitingCall, [UInt8]) -> Void
  ) {
    let request = OperationRequest(
      operation: operation, arguments: arguments, waits: waits,
      onProgress: waits ? call.onProgress : nil, maxCredits: call.maxCredits)
    let transport = waiter.transport
    let id = transport.send(request) { result in
      self.abandonRequest = nil
      switch result {
      case .success(let body): then(self, body)
      case .failure(let error): self.fail(error)
      }
    }
    abandonRequest = { transport.cancel(id) }
  }

  /// A request has failed. Work that was started goes on all the same, which the error tells.
  private func fail(_ error: CargoError) {
    var error = error
    error.operation = name
    if let uuid, error.kind != .cancelled, case .byDefault(let kind) = call.operation.waiting {
      let noun = kind.noun
      error.hint = "\(noun) \(uuid) was started; \(noun).wait(\"\(uuid)\") attaches to it"
    }
    finish(.failure(error))
  }

  private func cancelled() -> CargoError {
    let what = uuid.map { "waiting for \($0)" } ?? name
    return CargoError(.cancelled, "\(what) was cancelled", operation: name)
  }

  private func finish(_ result: CallResult) {
    guard let completion else { return }
    self.completion = nil
    for timer in [pollTimer, timeoutTimer] {
      if let timer { waiter.loop.cancel(timer) }
    }
    pollTimer = nil
    timeoutTimer = nil
    call.canceller = nil
    completion(result)
  }

  private func shortText(_ seconds: Double) -> String {
    seconds == seconds.rounded() && abs(seconds) < 1e15 ? String(Int64(seconds)) : String(seconds)
  }
}
