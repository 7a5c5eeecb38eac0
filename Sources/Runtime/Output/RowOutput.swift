public import CargoClient
import Glibc

/// Where the rows of `emit` go: JSON lines on standard output, or a file by its ending
/// (`design.md` §4.4).
///
/// A file is written beside its place and appears there whole, at the end. When a run ends early,
/// what there is appears as `NAME.partial.csv`. Memory is bounded: while the columns of a CSV file
/// are still being learned, rows are kept in a file without a name.
public final class RowOutput {
  /// Where rows go.
  public enum Target: Sendable, Equatable {
    /// An open descriptor, as JSON lines: standard output is 1.
    case descriptor(Int32)
    /// A file; a device or pipe is written to directly.
    case file(String)
  }

  /// What there is in the end.
  public struct Summary: Sendable, Equatable {
    /// The file, nil for standard output.
    public let path: String?
    /// How many rows.
    public let rows: Int
    /// Whether the run ended before all rows were there.
    public let isPartial: Bool
    /// Keys of rows that are no column and were left out.
    public let ignoredKeys: [String]
  }

  /// How many rows have been written.
  public private(set) var rows = 0
  /// The reader of standard output has gone; later rows are dropped.
  public private(set) var isClosed = false

  private let target: Target
  private let place: OutputPlace
  private var columns: ColumnSet
  private var writer: FileWriter
  private var encoder: RowEncoder
  private var isOver = false

  /// Opens the output, so that what cannot be written is known before anything is paid.
  ///
  /// - Parameters:
  ///   - target: where rows go.
  ///   - columns: the only columns and their order; nil lets the rows decide.
  ///   - filter: what bytes pass before they are written, whole rows at a time: a terminal's escaping.
  /// - Throws: `argument` for an unknown ending, `file` for what cannot be opened.
  public init(
    _ target: Target, columns: [String]? = nil, filter: (([UInt8]) -> [UInt8])? = nil
  ) throws(CargoError) {
    self.target = target
    self.columns = ColumnSet(columns)
    place = try OutputPlace(target)
    // A CSV file begins with its columns: until they are known, rows are spooled.
    let isSpooled = place.format == .csv && columns == nil
    encoder = RowEncoder(isSpooled ? .jsonl : place.format, columns: columns)
    if isSpooled { try place.openSpool() }
    writer = FileWriter(descriptor: place.descriptor, path: place.shown, filter: filter)
    try run { output throws(FileWriter.Failure) in try output.encoder.begin(&output.writer) }
  }

  /// Adds a row.
  ///
  /// - Parameter bytes: the row, one JSON object.
  /// - Returns: false when the reader has gone and nobody will see the row.
  @discardableResult
  public func write(_ bytes: [UInt8]) throws(CargoError) -> Bool {
    if isClosed || isOver { return false }
    var row: Row?
    if columns.isFixed || place.format == .csv {
      let members = try Row(bytes)
      columns.note(members.keys)
      row = members
    }
    rows += 1
    let members = row
    try run { output throws(FileWriter.Failure) in
      try output.encoder.write(bytes, members, to: &output.writer)
    }
    return !isClosed
  }

  /// Shows what has been written so far to whoever reads along.
  public func flush() throws(CargoError) {
    if isClosed || isOver { return }
    try run { output throws(FileWriter.Failure) in try output.writer.flush() }
  }

  /// Ends the output: the file takes its place.
  public func finish() throws(CargoError) -> Summary {
    try end(isPartial: false)
  }

  /// Ends the output of a run that ended early: the rows so far take the place `NAME.partial.csv`.
  /// - Returns: nil when there is nothing to show.
  public func finishEarly() throws(CargoError) -> Summary? {
    if isOver || rows == 0 { return nil }
    return try end(isPartial: true)
  }

  private func end(isPartial: Bool) throws(CargoError) -> Summary {
    if !isOver && !isClosed {
      if place.isSpooled { try unspool() }
      try run { output throws(FileWriter.Failure) in
        try output.encoder.end(&output.writer)
        try output.writer.flush()
      }
      if !isClosed { try place.publish(isPartial: isPartial) }
    }
    isOver = true
    return Summary(
      path: place.finalPath(isPartial: isPartial), rows: rows, isPartial: isPartial,
      ignoredKeys: columns.ignored.sorted())
  }

  /// Writes the spooled rows as CSV, now that every column is known.
  private func unspool() throws(CargoError) {
    try run { output throws(FileWriter.Failure) in try output.writer.flush() }
    let spool = try place.takeSpool()
    writer = FileWriter(descriptor: place.descriptor, path: place.shown)
    encoder = RowEncoder(.csv, columns: columns.names)
    if !columns.names.isEmpty {
      try run { output throws(FileWriter.Failure) in try output.encoder.begin(&output.writer) }
    }
    var lines = LineReader(descriptor: spool.descriptor, path: place.shown)
    while let line = try lines.next() {
      let row = try Row(line)
      try run { output throws(FileWriter.Failure) in
        try output.encoder.write(line, row, to: &output.writer)
      }
    }
  }

  /// Runs a piece of writing. A reader that has gone ends the output in peace; anything else ends it
  /// with nothing left behind.
  private func run(
    _ body: (RowOutput) throws(FileWriter.Failure) -> Void
  ) throws(CargoError) {
    do {
      try body(self)
    } catch {
      switch error {
      case .closed: isClosed = true
      case .failed(let error):
        isOver = true
        place.discard()
        throw error
      }
    }
  }
}
