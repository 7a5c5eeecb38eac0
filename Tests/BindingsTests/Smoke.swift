import Testing

@Suite struct BindingsSmokeTests {}
