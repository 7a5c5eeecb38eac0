/// Calls one operation without a recipe.
struct OperationCommand {
  let options: RunOptions

  func run(_ words: [String], _ arguments: [String]) throws(UsageError) -> Int32 {
    throw UsageError("operations cannot be called yet")
  }
}
