import Testing

@Suite struct RuntimeSmokeTests {}
