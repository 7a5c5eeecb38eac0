// cargo-platform.md §3.6.
extension OperationTable {
  static let segments: [Operation] = [
    row(
      "segmentation", "segment.list", "Lists the segments, of one model or of all.",
      .get, "/segmentation/segments/list",
      [.optional("model_uuid", .uuid(.model), "Only segments of this model.")],
      .unwrap("segments"), .read),
    row(
      "segmentation", "segment.get", "Looks at a segment.",
      .get, "/segmentation/segments/{uuid}", [.uuid("The segment.", .segment)],
      .unwrap("segment"), .read),
    row(
      "segmentation", "segment.create", "Saves a filter over a model as a segment.",
      .post, "/segmentation/segments",
      [
        .required("name", .string, "Its name; the slug derives from it."),
        .required("model_uuid", .uuid(.model), "The model."),
        .required("filter", .filter, "The records it holds."),
      ] + segmentSettings, .unwrap("segment"), .write),
    row(
      "segmentation", "segment.update", "Changes a segment.",
      .put, "/segmentation/segments/{uuid}",
      [
        .uuid("The segment.", .segment), .optional("name", .string, "Its name."),
        .optional("filter", .filter, "The records it holds."),
      ] + segmentSettings, .unwrap("segment"), .write),
    row(
      "segmentation", "segment.remove", "Removes a segment that no workflow uses.",
      .delete, "/segmentation/segments/{uuid}", [.uuid("The segment.", .segment)], .whole,
      .write),
    row(
      "segmentation", "segment.fetch", "Fetches records of a model that a filter lets through.",
      .post, "/segmentation/segments/fetch",
      [
        .required("model_uuid", .uuid(.model), "The model (not a segment)."),
        .required("filter", .filter, "The filter.", default: everyRecord),
        .optional("sort", .sort, "The order, a list of {columnSlug, kind}."),
        .optional("fetching_limit", .integer(min: 0), "The most records.", aliases: ["limit"]),
        .optional("fetching_offset", .integer(min: 0), "How many to skip.", aliases: ["offset"]),
        .optional("enrich", .boolean, "Run connected enrichment on the records; costs credits."),
        .optional("sync", .boolean, "Write the results back."),
      ], .whole, .read,
      when: [.init("enrich", .pay), .init("sync", .write)]),
    row(
      "segmentation", "segment.download", "Makes files of the records a filter lets through.",
      .post, "/segmentation/segments/{uuid}/download",
      [
        // The address wants a segment, the body says which records (`cargo-platform.md` §11, 15).
        .optional("uuid", .uuid(.segment), "Any segment of the model; its first unless given."),
        .required("model_uuid", .uuid(.model), "The model."),
        .required("filter", .filter, "The filter.", default: everyRecord),
        .optional("sort", .sort, "The order, a list of {columnSlug, kind}."), .limit,
      ], .unwrap("urls"), .read),
  ]

  static let changes: [Operation] = [
    row(
      "segmentation", "change.list", "Lists what has changed in a segment, sync by sync.",
      .get, "/segmentation/changes/list",
      [.required("segment_uuid", .uuid(.segment), "The segment.")], .unwrap("changes"), .read),
    row(
      "segmentation", "change.fetch", "Fetches the records of a change.",
      .post, "/segmentation/changes/{uuid}/fetch",
      [
        .uuid("The change."),
        .required(
          "kinds", .array(.oneOf(["added", "updated", "removed", "unchanged"])),
          "Which records."),
        .limit, .offset,
      ], .whole, .read),
  ]

  static let everyRecord = #"{"conjonction":"and","groups":[]}"#

  private static let segmentSettings: [Parameter] = [
    .optional("sort", .sort, "The order, a list of {columnSlug, kind}.", nullable: true),
    .optional("limit", .integer(min: 0), "The most records.", nullable: true),
    .optional(
      "tracking_column_slugs", .array(.string), "Columns whose change counts.", nullable: true),
  ]
}
