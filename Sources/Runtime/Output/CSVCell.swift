import CCSV

/// Cells of CSV as files for people have them: `csv.write`, `csv.encode` and `--out` write the same.
enum CSVCell {
  /// Appends a cell, in quotes where it needs them.
  ///
  /// A text that a spreadsheet would run as a formula (`=HYPERLINK(…)`) gets an apostrophe in front:
  /// what recipes write comes from outside, and is opened by people (OWASP, "CSV Injection").
  static func append(_ text: [UInt8], to line: inout [UInt8], isAlone: Bool) {
    let flags = CCSV_ESCAPE_FORMULAS | (isAlone ? CCSV_ALONE : 0)
    line += [UInt8](unsafeUninitializedCapacity: ccsv_cell_size(text.count)) { cell, count in
      count = text.withUnsafeBytes { bytes in
        cell.withMemoryRebound(to: CChar.self) { cell in
          ccsv_put_cell(
            cell.baseAddress, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count,
            CChar(bitPattern: UInt8(ascii: ",")), UInt32(flags))
        }
      }
    }
  }
}
