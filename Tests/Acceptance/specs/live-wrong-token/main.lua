for _, name in ipairs { "Ada", "Grace", "Alan" } do
  local found = action.execute { action = "prospeo.findEmail", data = { fullName = name, domain = "example.com" } }
  print(name, found.output.email, found.credits)
end
