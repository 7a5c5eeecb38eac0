/// The table of operations.
public enum OperationTable {
  /// Every operation, in the order of the reference page.
  public static let all: [Operation] = []
}
