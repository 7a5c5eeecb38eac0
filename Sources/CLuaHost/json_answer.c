// The shapes of answers: how what the platform sends becomes what the recipe gets (design §4.1,
// cargo-platform.md §3.1 and §9.3). An answer is decoded once and rearranged by raw access.

#include <lauxlib.h>
#include <string.h>

#include "errors.h"
#include "json_state.h"

// Pushes the field `key` of the table at `table`, nil where that is none.
static int push_field(lua_State *L, int table, const char *key) {
  if (lua_type(L, table) != LUA_TTABLE) {
    lua_pushnil(L);
    return LUA_TNIL;
  }
  int index = lua_absindex(L, table);
  lua_pushstring(L, key);
  return lua_rawget(L, index);
}

// Sets the field `key` of the table at `table` to the value on top, and pops it.
static void set_field(lua_State *L, int table, const char *key) {
  int index = lua_absindex(L, table);
  lua_pushstring(L, key);
  lua_insert(L, -2);
  lua_rawset(L, index);
}

// Whether a value is missing or json.null.
static int is_null(lua_State *L, int index) {
  return lua_isnil(L, index) || (lua_islightuserdata(L, index) && !lua_touserdata(L, index));
}

__attribute__((noreturn)) static void fail_missing(
    lua_State *L, const char *key, unsigned flags) {
  cs_raise(L, json_error_kind(flags), NULL, "the answer has no '%s'", key);
}

// Pushes the member `key` of the answer, which must be there (null is fine); the rest is not
// decoded.
static void push_unwrapped(
    lua_State *L, json_state *state, cj_value answer, const char *key, unsigned flags) {
  cj_value member;
  if (!cj_member(answer, key, strlen(key), &member)) fail_missing(L, key, flags);
  if (cj_tag(member) == CJ_NULL && !(flags & CS_JSON_KEEP_NULLS)) {
    lua_pushnil(L);
  } else {
    json_push_value(L, state, member, flags);
  }
}

// Replaces the answer on top by its run; `context` and `configs` join it.
static void rearrange_run(lua_State *L, unsigned flags) {
  int answer = lua_gettop(L);
  if (push_field(L, answer, "run") != LUA_TTABLE) fail_missing(L, "run", flags);
  push_field(L, answer, "runContext");
  set_field(L, answer + 1, "context");
  push_field(L, answer, "runComputedConfigs");
  set_field(L, answer + 1, "configs");
  lua_remove(L, answer);
}

// Pushes what the executed end node put into the context, nil when none did.
static void push_end_output(lua_State *L, int run, int context) {
  if (push_field(L, run, "executions") == LUA_TTABLE) {
    int executions = lua_gettop(L);
    for (lua_Integer i = (lua_Integer)lua_rawlen(L, executions); i >= 1; i--) {
      lua_rawgeti(L, executions, i);
      push_field(L, -1, "nodeActionSlug");
      const char *action = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
      if (strcmp(action, "end") == 0 && push_field(L, -2, "nodeSlug") == LUA_TSTRING) {
        push_field(L, context, lua_tostring(L, -1));
        if (!is_null(L, -1)) {
          lua_replace(L, executions);
          lua_settop(L, executions);
          return;
        }
      }
      lua_settop(L, executions);
    }
  }
  lua_pop(L, 1);
  push_field(L, context, "end");
}

// Pushes the sum of the credits of a run's executions.
static void push_credits(lua_State *L, int run) {
  lua_Integer whole = 0;
  lua_Number sum = 0;
  int is_whole = 1;
  if (push_field(L, run, "executions") == LUA_TTABLE) {
    int executions = lua_gettop(L);
    lua_Integer count = (lua_Integer)lua_rawlen(L, executions);
    for (lua_Integer i = 1; i <= count; i++) {
      lua_rawgeti(L, executions, i);
      if (push_field(L, -1, "creditsUsedCount") == LUA_TNUMBER) {
        if (lua_isinteger(L, -1)) {
          whole += lua_tointeger(L, -1);
        } else {
          sum += lua_tonumber(L, -1);
          is_whole = 0;
        }
      }
      lua_settop(L, executions);
    }
  }
  lua_pop(L, 1);
  if (is_whole) {
    lua_pushinteger(L, whole);
  } else {
    lua_pushnumber(L, sum + (lua_Number)whole);
  }
}

// Replaces the answer on top by {output, run, context, configs, credits}.
static void rearrange_execution(lua_State *L, unsigned flags) {
  int answer = lua_gettop(L);
  lua_createtable(L, 0, 5);
  int result = answer + 1;
  int run = answer + 2;
  int context = answer + 3;
  if (push_field(L, answer, "run") != LUA_TTABLE) fail_missing(L, "run", flags);
  push_field(L, answer, "runContext");
  push_field(L, context, "action");
  if (is_null(L, -1)) {
    lua_pop(L, 1);
    push_end_output(L, run, context);
  }
  set_field(L, result, "output");
  push_credits(L, run);
  set_field(L, result, "credits");
  push_field(L, answer, "runComputedConfigs");
  set_field(L, result, "configs");
  set_field(L, result, "context");
  set_field(L, result, "run");
  lua_remove(L, answer);
}

// Pushes the error of a batch's row. Where nothing says that it failed, its outcome is unknown: it may
// have been paid.
static void push_row_error(lua_State *L, json_state *state, cj_value row) {
  cj_value message, status;
  int has_status = cj_member(row, "status", 6, &status) && cj_tag(status) == CJ_STRING;
  size_t length = 7;
  const char *text = "unknown";
  int has_message = cj_member(row, "errorMessage", 12, &message) && cj_tag(message) == CJ_STRING;
  if (has_message) text = cj_string(message, &length);
  cs_error_push(L, has_message || has_status ? "run" : "unknown", text, length);
  if (has_status) {
    json_push_value(L, state, status, 0);
    lua_setfield(L, -2, "state");
  }
}

// Finds what a row of a batch brought: the row itself, or the output inside its wrapper (which has
// a status, and an output or an error message). False when the row failed.
static int row_output(cj_value row, cj_value *output) {
  cj_value ignored;
  *output = row;
  if (cj_tag(row) == CJ_NULL) return 0;
  if (!cj_member(row, "status", 6, &ignored)) return 1;
  int has_output = cj_member(row, "output", 6, output);
  if (!has_output && !cj_member(row, "errorMessage", 12, &ignored)) {
    // A bare output that has a status of its own.
    *output = row;
    return 1;
  }
  return has_output && cj_tag(*output) != CJ_NULL;
}

// Pushes the results and the errors of a batch's rows.
static void push_rows(lua_State *L, json_state *state, cj_value rows, unsigned flags) {
  size_t count = cj_count(rows);
  lua_createtable(L, (int)count, 1);
  cs_array_metatable(L);
  lua_setmetatable(L, -2);
  lua_newtable(L);
  int results = lua_gettop(L) - 1;
  lua_Integer position = 0;
  size_t end = cj_end(rows);
  for (size_t index = cj_first(rows); index < end; index = cj_after(cj_at(rows, index))) {
    cj_value row = cj_at(rows, index), output;
    position++;
    if (row_output(row, &output)) {
      json_push_value(L, state, output, flags);
    } else {
      push_row_error(L, state, row);
      lua_rawseti(L, results + 1, position);
      lua_pushboolean(L, 0);
    }
    lua_rawseti(L, results, position);
  }
  lua_pushinteger(L, position);
  set_field(L, results, "n");
}

// Replaces the answer on top by {results, errors, batch, credits}. The answer has been decoded: its
// document is parsed into again.
static void rearrange_batch(
    lua_State *L, json_state *state, const char *bytes, size_t length, unsigned flags) {
  int answer = lua_gettop(L);
  lua_createtable(L, 0, 4);
  int result = answer + 1;
  if (push_field(L, answer, "batch") != LUA_TTABLE) fail_missing(L, "batch", flags);
  if (push_field(L, -1, "creditsUsedCount") != LUA_TNUMBER) {
    lua_pop(L, 1);
    lua_pushinteger(L, 0);
  }
  set_field(L, result, "credits");
  set_field(L, result, "batch");
  cj_value rows = json_parse(L, state, bytes ? bytes : "[]", bytes ? length : 2, flags);
  if (cj_tag(rows) != CJ_ARRAY) {
    cs_raise(L, json_error_kind(flags), NULL, "the rows of the batch are not a list");
  }
  push_rows(L, state, rows, flags);
  set_field(L, result, "errors");
  set_field(L, result, "results");
  lua_remove(L, answer);
}

// Replaces the answer on top by its message: the finished one of a `get`, or the assistant's of a
// `create`.
static void rearrange_message(lua_State *L, unsigned flags) {
  if (push_field(L, -1, "message") == LUA_TTABLE) {
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 1);
  if (push_field(L, -1, "assistantMessage") != LUA_TTABLE) fail_missing(L, "message", flags);
  lua_remove(L, -2);
}

void cs_push_answer(
    lua_State *L, int shape, const char *key, const char *body, size_t body_length,
    const char *rows, size_t rows_length, unsigned flags) {
  json_state *state = json_state_get(L);
  luaL_checkstack(L, 16, NULL);
  cj_value answer = json_parse(L, state, body, body_length, flags);
  if (shape == CS_ANSWER_UNWRAP && key) {
    push_unwrapped(L, state, answer, key, flags);
    json_parsed(L, state);
    return;
  }
  json_push_value(L, state, answer, flags);
  switch (shape) {
    case CS_ANSWER_RUN: rearrange_run(L, flags); break;
    case CS_ANSWER_EXECUTION: rearrange_execution(L, flags); break;
    case CS_ANSWER_BATCH_EXECUTION: rearrange_batch(L, state, rows, rows_length, flags); break;
    case CS_ANSWER_MESSAGE: rearrange_message(L, flags); break;
    default: break;
  }
  json_parsed(L, state);
}

int cs_push_answer_function(lua_State *L) {
  size_t body_length, rows_length = 0;
  int shape = (int)luaL_checkinteger(L, 1);
  const char *key = luaL_optstring(L, 2, NULL);
  const char *body = luaL_checklstring(L, 3, &body_length);
  const char *rows = luaL_optlstring(L, 4, NULL, &rows_length);
  unsigned flags = (unsigned)luaL_optinteger(L, 5, 0);
  cs_push_answer(L, shape, key, body, body_length, rows, rows_length, flags);
  return 1;
}
