// Writes docs/reference from the table of operations: `script/reference`.
//
// A tool of the project, no part of the command.
import CargoClient
import Foundation

let folder = URL(filePath: CommandLine.arguments.dropFirst().first ?? "docs/reference")
for page in ReferencePage.all {
  try page.markdown.write(to: folder.appending(path: page.file), atomically: true, encoding: .utf8)
}
