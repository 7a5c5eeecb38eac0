#include "CPrelude.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// Chunk names in brackets mark the host's own Lua: tracebacks leave it out.
static const unsigned char modules[] = {
#embed "modules.lua"
};
const cargo_prelude cargo_prelude_modules = {"=[cargo modules]", modules, sizeof modules};

static const unsigned char tasks[] = {
#embed "tasks.lua"
};
const cargo_prelude cargo_prelude_tasks = {"=[cargo tasks]", tasks, sizeof tasks};

static const unsigned char report[] = {
#embed "report.lua"
};
const cargo_prelude cargo_prelude_report = {"=[cargo report]", report, sizeof report};

static const unsigned char waterfall[] = {
#embed "waterfall.lua"
};
const cargo_prelude cargo_prelude_waterfall = {"=[cargo waterfall]", waterfall, sizeof waterfall};

static const unsigned char batch[] = {
#embed "batch.lua"
};
const cargo_prelude cargo_prelude_batch = {"=[cargo batch]", batch, sizeof batch};

static const unsigned char progress[] = {
#embed "progress.lua"
};
const cargo_prelude cargo_prelude_progress = {"=[cargo progress]", progress, sizeof progress};

static const unsigned char http[] = {
#embed "http.lua"
};
const cargo_prelude cargo_prelude_http = {"=[cargo http]", http, sizeof http};

static const unsigned char where_[] = {
#embed "where.lua"
};
const cargo_prelude cargo_prelude_where = {"=[cargo where]", where_, sizeof where_};

static const unsigned char each[] = {
#embed "each.lua"
};
const cargo_prelude cargo_prelude_each = {"=[cargo each]", each, sizeof each};

static const unsigned char csv[] = {
#embed "csv.lua"
};
const cargo_prelude cargo_prelude_csv = {"=[cargo csv]", csv, sizeof csv};
