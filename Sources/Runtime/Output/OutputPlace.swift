import CargoClient
import Glibc

/// The place that rows go to, and the files behind it until they are there.
final class OutputPlace {
  /// How rows are written there.
  let format: OutputFormat
  /// Its name in messages.
  let shown: String

  /// Where links lead, so that a rename replaces the file and not a link to it.
  private let path: String?
  private var file: TemporaryFile?
  private var spool: TemporaryFile?
  private let opened: Int32?
  private let closesOpened: Bool

  init(_ target: RowOutput.Target) throws(CargoError) {
    switch target {
    case .descriptor(let descriptor):
      (format, shown, path) = (.jsonl, "standard output", nil)
      (opened, closesOpened) = (descriptor, false)
    case .file(let shown):
      self.shown = shown
      var status = stat()
      let exists = stat(shown, &status) == 0
      if exists && status.st_mode & S_IFMT == S_IFDIR {
        throw CargoError(
          .argument, "\(shown) is a folder",
          hint: "name a file that ends in .csv, .json or .jsonl")
      }
      if exists && status.st_mode & S_IFMT != S_IFREG {
        // A device or a pipe is no file to replace.
        format = OutputFormat(path: shown) ?? .jsonl
        path = nil
        let descriptor = open(shown, O_WRONLY | O_CLOEXEC)
        if descriptor < 0 { throw .file(shown, "written") }
        (opened, closesOpened) = (descriptor, true)
        return
      }
      guard let format = OutputFormat(path: shown) else {
        throw CargoError(
          .argument, "\(shown) does not say how to write it",
          hint: "end its name in .csv, .json or .jsonl")
      }
      self.format = format
      let resolved = Permissions.resolved(shown)
      path = resolved
      (opened, closesOpened) = (nil, false)
      file = try TemporaryFile(for: resolved, shownAs: shown)
    }
  }

  deinit {
    if closesOpened, let opened { close(opened) }
  }

  /// Where bytes go at present.
  var descriptor: Int32 { spool?.descriptor ?? file?.descriptor ?? opened ?? -1 }

  /// Whether rows are still being kept aside.
  var isSpooled: Bool { spool != nil }

  /// Keeps rows aside in a file that has no name.
  func openSpool() throws(CargoError) {
    spool = try TemporaryFile(for: path ?? Permissions.resolved("/tmp/spool"), shownAs: shown)
  }

  /// Hands out what was kept aside, to be read from its beginning.
  func takeSpool() throws(CargoError) -> TemporaryFile {
    guard let spool, lseek(spool.descriptor, 0, SEEK_SET) == 0 else { throw .file(shown, "read") }
    self.spool = nil
    return spool
  }

  /// The file's name in the end; nil where there is no file.
  func finalPath(isPartial: Bool) -> String? {
    guard path != nil else { return closesOpened ? shown : nil }
    return isPartial ? OutputPlace.partialName(of: shown) : shown
  }

  /// Puts the file in its place.
  func publish(isPartial: Bool) throws(CargoError) {
    guard let file, let path else { return }
    let name = FolderHandle.split(path).name
    try file.publish(
      as: isPartial ? OutputPlace.partialName(of: name) : name,
      shownAs: isPartial ? OutputPlace.partialName(of: shown) : shown)
    self.file = nil
  }

  /// Lets everything vanish.
  func discard() {
    file = nil
    spool = nil
  }

  /// `out/leads.csv` becomes `out/leads.partial.csv`.
  static func partialName(of path: String) -> String {
    guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else {
      return path + ".partial"
    }
    return path[..<dot] + ".partial" + path[dot...]
  }
}
