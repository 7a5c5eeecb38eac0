import Testing

@Suite struct LocalWorkspaceSmokeTests {}
