recipe {
  name = "owners", summary = "Find work e-mails",
  inputs = {
    limit = { type = "integer", default = 20, min = 1, help = "the most contacts to look at" },
    kind = { type = "string", choices = { "a", "b" }, required = false },
  },
  output = "out/owners.csv",
  permissions = { actions = { "prospeo.findEmail" } },
  budget = { credits = 15, per_row = 1 },
}
error("help must not run the recipe")
