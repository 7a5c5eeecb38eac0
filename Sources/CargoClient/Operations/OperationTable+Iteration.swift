// What recipes walk over row by row (`design.md` §4.1, "Paging"). These are no operations of the platform:
// each is as many calls of another row as there are pages.
extension OperationTable {
  /// `segment.each` and `storage.each`.
  public static let iterations: [Operation] = [
    row(
      "segmentation", "segment.each",
      "Walks over the records of a model that a filter lets through.",
      .post, "/segmentation/segments/fetch",
      [
        .required("model_uuid", .uuid(.model), "The model (not a segment)."),
        .required("filter", .filter, "The filter.", default: everyRecord),
        .optional("sort", .sort, "The order, a list of {columnSlug, kind}."),
        Parameter(
          "limit", .integer(min: 0), "The most records in all.", wireName: "fetchingLimit",
          aliases: ["fetching_limit"]),
      ], .iterator(over: "segment.fetch"), .read),
    row(
      "storage", "storage.each", full: "storage.query.each", "Walks over the rows of a query.",
      .post, "/storage/queries/execute",
      [.required("query", .string, "One SELECT with ORDER BY; a table is dataset.model.")],
      .iterator(over: "storage.query"), .read),
  ]

  /// Everything that recipes call: the operations of the platform and what is made of them.
  public static let recipeOperations: [Operation] = all + iterations
}
