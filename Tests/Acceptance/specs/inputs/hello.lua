#!/usr/bin/env cargo-script
recipe {
  name = "hello", summary = "Says hello", version = "1.0.0",
  inputs = {
    who = { type = "string", help = "whom to greet" },
    limit = { type = "integer", default = 2, min = 1 },
    loud = { type = "boolean", default = false },
  },
  outputs = { "n", "who" },
}
for n = 1, inputs.limit do
  emit { who = inputs.loud and inputs.who:upper() or inputs.who, n = n, extra = true }
end
print("done")
