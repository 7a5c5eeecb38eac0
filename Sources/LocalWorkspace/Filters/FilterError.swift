import CargoClient

/// A place in a filter or a sort, as the request writes it: `groups[1].conditions[0].operator`.
struct FilterPath: Equatable, CustomStringConvertible {
  var description: String

  /// The filter itself.
  static let filter = FilterPath(description: "")

  /// A member of it.
  func key(_ key: String) -> FilterPath {
    FilterPath(
      description: description.isEmpty || description.hasSuffix(" ")
        ? description + key : description + "." + key)
  }

  /// A member of it that is an element of a list.
  func key(_ key: String, _ index: Int) -> FilterPath { self.key("\(key)[\(index)]") }
}

/// The errors of filters: status 400, the place first (`cargo-platform.md` §2.2).
enum FilterError {
  /// Something that the filter language does not have.
  static func invalid(_ path: FilterPath, _ message: String) -> CargoError {
    error(path, message, code: "invalidFilter")
  }

  /// A column that the model does not have.
  static func column(_ slug: String, of model: FilterModel, _ path: FilterPath) -> CargoError {
    let nearest = NearestName.suggest(slug, among: model.columns.map(\.slug))
    return error(
      path, "\(model.slug) has no column \"\(slug)\"" + meant(nearest), code: "columnNotFound")
  }

  /// A model, segment or link that does not exist.
  static func notFound(_ what: String, _ path: FilterPath, code: String) -> CargoError {
    error(path, what, code: code)
  }

  /// An unknown word where one of several is wanted.
  static func unknown(
    _ word: String, nearest: String? = nil, among words: [String], _ path: FilterPath
  ) -> CargoError {
    let nearest = nearest ?? NearestName.suggest(word, among: words)
    let list = nearest == nil ? "; it is one of " + words.joined(separator: ", ") : ""
    return invalid(path, "there is no \"\(word)\"" + meant(nearest) + list)
  }

  private static func meant(_ nearest: String?) -> String {
    nearest.map { ", did you mean \"\($0)\"?" } ?? ""
  }

  private static func error(_ path: FilterPath, _ message: String, code: String) -> CargoError {
    let place = path.description.isEmpty ? "filter" : path.description
    return .refused("\(place): \(message)", code: code)
  }
}
