// The C boundary: the only code that Lua's longjmp may cross.
#include "csv.h"
#include "errors.h"
#include "host.h"
#include "json.h"
