import Testing

@Suite struct HostSmokeTests {}
