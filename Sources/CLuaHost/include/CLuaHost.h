// The C boundary
#include "errors.h"
#include "json.h"
