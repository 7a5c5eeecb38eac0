public import CargoClient

/// The lines of a recipe's file, in bounded memory.
public final class TextLines {
  /// What it needs beside a line itself, in bytes.
  public static let bufferSize = LineReader.chunk
  /// The longest line, in bytes.
  public static let maximumLength = 16 << 20

  private let file: ReadableFile
  private var reader: LineReader
  private var isAtStart = true

  /// Reads `file` from where it is.
  public init(_ file: ReadableFile) {
    self.file = file
    reader = LineReader(
      descriptor: file.descriptor, path: file.path, maximumLength: TextLines.maximumLength)
  }

  /// Calls `body` with the next line, without `\n` or `\r\n` and without a byte order mark; nil behind
  /// the last.
  public func next<Result>(
    _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(CargoError) -> Result? {
    let isFirst = isAtStart
    isAtStart = false
    return try reader.next { line in
      var line = line
      if isFirst && line.starts(with: [0xef, 0xbb, 0xbf]) {
        line = UnsafeRawBufferPointer(rebasing: line.dropFirst(3))
      }
      if line.last == UInt8(ascii: "\r") {
        line = UnsafeRawBufferPointer(rebasing: line.dropLast())
      }
      return body(line)
    }
  }
}
