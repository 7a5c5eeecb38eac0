error("\27]0;evil\7 \u{202e}name")
