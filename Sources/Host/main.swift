import Glibc

// A reader that goes away is an answer of `write`, not the end of the process.
signal(SIGPIPE, SIG_IGN)
exit(Command.run(Array(CommandLine.arguments.dropFirst())))
