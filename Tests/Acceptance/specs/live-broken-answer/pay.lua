print(action.execute { action = "prospeo.findEmail", data = { name = "Ada" } }.output)
