// Error values that recipes see (design §4.1 "Failures").
//
// An error is a Lua table with the fields `kind`, `message`, and, where known, `code`, `status`,
// `operation`, `hint` and others, under one metatable kept in the registry as "cargo.error".
// `tostring` gives the message and, on a second line, the hint.
//
// Every function here may raise a Lua error (at least for want of memory): call them from C frames
// only, with no Swift frame and no C++ object that needs a destructor between them and the nearest
// protected call. None needs any set-up beforehand.
#ifndef CARGO_ERRORS_H
#define CARGO_ERRORS_H

#include <lua.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// The registry key of the metatable of errors.
#define CS_ERROR_METATABLE "cargo.error"

// Pushes a new error table. Further fields are set raw by the caller (lua_rawset; a lua_setfield
// is the same here, the metatable has no __newindex).
void cs_error_push(lua_State *L, const char *kind, const char *message, size_t length);

// Raises an error. `format` takes what lua_pushfstring takes (%s %d %I %f %p %c %U %%); `hint` may
// be NULL.
__attribute__((noreturn)) void cs_raise(
    lua_State *L, const char *kind, const char *hint, const char *format, ...);

// Whether the value at `index` is such an error. Never raises.
int cs_is_error(lua_State *L, int index);

#ifdef __cplusplus
}
#endif

#endif
