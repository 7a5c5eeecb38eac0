import Evaluation
import Glibc

// Started by ourselves to evaluate JavaScript: that and nothing else.
if CommandLine.argc > 1, CommandLine.arguments[1] == JavaScriptEngine.helperArgument {
  exit(JavaScriptHelper.run())
}
// A reader that goes away is an answer of `write`, not the end of the process.
signal(SIGPIPE, SIG_IGN)
// Ctrl-C and the limits must arrive whatever the parent had blocked for itself.
var expected = sigset_t()
sigemptyset(&expected)
for number in [SIGINT, SIGTERM, SIGALRM] { sigaddset(&expected, number) }
pthread_sigmask(SIG_UNBLOCK, &expected, nil)
exit(Command.run(Array(CommandLine.arguments.dropFirst())))
