print(require "plain")
print(try(require, "linked"))
print(try(require, "pipe"))
