// cargo-platform.md §3.7, §7, §9.6.
extension OperationTable {
  static let datasets: [Operation] = [
    row(
      "storage", "dataset.list", "Lists the datasets.", .get, "/storage/datasets/list", [],
      .unwrap("datasets"), .read),
    row(
      "storage", "dataset.get", "Looks at a dataset.", .get, "/storage/datasets/{uuid}",
      [.uuid("The dataset.", .dataset)], .unwrap("dataset"), .read),
  ]

  static let models: [Operation] = [
    row(
      "storage", "model.list", "Lists the models and their columns.",
      .get, "/storage/models/list",
      [.optional("dataset_uuid", .uuid(.dataset), "Only models of this dataset.")],
      .unwrap("models"),
      .read),
    row(
      "storage", "model.get", "Looks at a model and its columns.",
      .get, "/storage/models/{uuid}", [.uuid("The model.", .model)], .unwrap("model"), .read),
    row(
      "storage", "model.create", "Makes a model.", .post, "/storage/models",
      [
        .required("slug", .string, "Its name in SQL."), .required("name", .string, "Its name."),
        .required("dataset_uuid", .uuid(.dataset), "The dataset it lies in."),
        .required("extractor_slug", .string, "What fills it."),
        .required("config", .object(), "The extractor's settings.", default: "{}"),
        .optional("schedule", .object(), "When it is filled.", nullable: true),
      ], .unwrap("model"), .write),
    row(
      "storage", "model.update", "Changes a model.", .put, "/storage/models/{uuid}",
      [
        .uuid("The model.", .model), .optional("name", .string, "Its name."),
        .optional("extractor_slug", .string, "What fills it."),
        .optional("position", .any, "Its place in the app."),
        .optional("config", .object(), "The extractor's settings."),
        .optional("schedule", .object(), "When it is filled.", nullable: true),
        .optional("unification", .object(), "How its records are merged.", nullable: true),
      ], .unwrap("model"), .write),
    row(
      "storage", "model.remove", "Removes a model that nothing refers to.",
      .delete, "/storage/models/{uuid}", [.uuid("The model.", .model)], .whole, .write),
    row(
      "storage", "model.get_ddl", "Tells a model's table as SQL.",
      .get, "/storage/models/{uuid}/ddl", [.uuid("The model.", .model)], .whole, .read),
  ]

  static let columns: [Operation] = [
    row(
      "storage", "column.list", "Lists the columns of a model.", .get, "/storage/columns/list",
      [ofModel], .unwrap("columns"), .read),
    row(
      "storage", "column.create", "Adds a column to a model.", .post, "/storage/columns",
      [ofModel, wholeColumn], .whole, .write),
    row(
      "storage", "column.update", "Changes a column.", .put, "/storage/columns",
      [ofModel, wholeColumn], .whole, .write),
    row(
      "storage", "column.remove", "Removes a column.", .delete, "/storage/columns",
      [ofModel, .required("column_slug", .string, "The column.")], .whole, .write),
    row(
      "storage", "column.reorder", "Moves a column.", .put, "/storage/columns/reorder",
      [
        ofModel, .required("column_slug", .string, "The column."),
        .required("to_index", .integer(min: 0), "Its new place, counted from 0."),
      ], .whole, .write),
  ]

  static let relationships: [Operation] = [
    row(
      "storage", "relationship.list", "Lists the relationships of a model.",
      .get, "/storage/relationships/list", [ofModel], .unwrap("relationships"), .read),
    row(
      "storage", "relationship.set", "Sets the relationships of a dataset.",
      .post, "/storage/relationships",
      [
        .required("dataset_uuid", .uuid(.dataset), "The dataset."),
        .required(
          "relationships", .array(.object()), "All of them: from and to model and column."),
      ], .unwrap("relationships"), .write),
  ]

  static let storageRecords: [Operation] = [
    row(
      "storage", "storage.record.list", full: "storage.record.list", "Lists rows of a model.",
      .post, "/storage/records/list",
      [
        ofModel, .optional("from_ingest", .boolean, "Only rows that were pushed."),
        .optional("limit", .integer(min: 1, max: 100), "The most rows."), .offset,
        .optional("sort", .sort, "The order, a list of {columnSlug, kind}."),
      ], .unwrap("records"), .read),
    row(
      "storage", "storage.record.update_bulk", full: "storage.record.update_bulk",
      "Writes fields of up to 1,000 rows.", .put, "/storage/records/updateBulk",
      [
        ofModel,
        .required(
          "records", .array(.object([.init("id", .string), .init("data", .object())])),
          "A list of {id, data}."),
      ], .unwrap("records"), .write),
    row(
      "storage", "storage.record.ingest", full: "storage.record.ingest",
      "Pushes up to 100 new rows into a model.", .post, "/models/{modelUuid}/records/ingest",
      [
        ofModel,
        Parameter(
          "records", .array(.object()), "The rows, flat objects.", required: true,
          in: .wholeBody),
      ], .whole, .write),
  ]

  static let queries: [Operation] = [
    row(
      "storage", "storage.query", full: "storage.query.execute", "Asks the models in SQL.",
      .post, "/storage/queries/execute",
      [.required("query", .string, "One SELECT; a table is dataset.model.")], .unwrap("rows"),
      .read),
    row(
      "storage", "storage.download", full: "storage.query.download",
      "Makes a file of a query's rows.", .post, "/storage/queries/download",
      [
        .required("query", .string, "One SELECT; a table is dataset.model."),
        .optional("format", .oneOf(["csv", "parquet"]), "The file's format, csv unless given."),
      ], .unwrap("url"), .read),
  ]

  private static let ofModel = Parameter.required("model_uuid", .uuid(.model), "The model.")
  private static let wholeColumn = Parameter.required("column", .column, "The whole column.")
}
