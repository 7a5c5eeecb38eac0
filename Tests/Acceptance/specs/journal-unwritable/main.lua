action.execute { action = "prospeo.findEmail", data = { fullName = "Ada", domain = "a.example" } }
