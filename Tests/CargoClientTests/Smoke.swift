import Testing

@Suite struct CargoClientSmokeTests {}
