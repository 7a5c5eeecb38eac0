import Testing

@Suite struct SQLiteSmokeTests {}
