local segment = segment.get("champions")
print(segment.name)
for _, contact in ipairs(segment.fetch { model = "contacts" }.records) do
  print(contact.full_name)
end
