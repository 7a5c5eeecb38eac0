import Testing

@Suite struct AcceptanceSmokeTests {}
