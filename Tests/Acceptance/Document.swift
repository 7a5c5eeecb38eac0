import Foundation
import Testing

/// A page of the documentation: its fenced blocks, in their order.
struct Document: Sendable, CustomTestStringConvertible {
  /// A fenced block.
  struct Block {
    let language: String
    let lines: [String]

    /// The file that a block of Lua is saved as, from its first line: `-- find.lua`.
    var fileName: String? {
      guard language == "lua", let first = lines.first, first.hasPrefix("-- "),
        first.hasSuffix(".lua"), !first.dropFirst(3).contains(" ")
      else { return nil }
      return String(first.dropFirst(3))
    }

    var text: String { lines.map { $0 + "\n" }.joined() }
  }

  let url: URL
  let blocks: [Block]

  var testDescription: String { url.lastPathComponent }

  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The pages of the guide.
  static let guide: [Document] = {
    let folder = root.appending(path: "docs/guide")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    return names.sorted().map { Document(folder.appending(path: $0)) }
  }()

  init(_ url: URL) {
    self.url = url
    let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    var blocks: [Block] = []
    var open: (language: String, lines: [String])?
    for line in text.components(separatedBy: "\n") {
      if let block = open {
        if line == "```" {
          blocks.append(Block(language: block.language, lines: block.lines))
          open = nil
        } else {
          open?.lines.append(line)
        }
      } else if line.hasPrefix("```") {
        open = (String(line.dropFirst(3)), [])
      }
    }
    self.blocks = blocks
  }
}
