// What the reader's errors say.
#include "CCSV.h"

const char *ccsv_message(ccsv_reason reason) {
  switch (reason) {
    case CCSV_FINE: return "nothing is wrong";
    case CCSV_NOT_UTF8: return "the text is not UTF-8";
    case CCSV_UTF16: return "the text is UTF-16, not UTF-8";
    case CCSV_ZERO_BYTE: return "there is a zero byte, which no text has";
    case CCSV_NOT_TEXT: return "this is a workbook or an archive, not a text";
    case CCSV_UNCLOSED_QUOTE: return "the quote that opens here is never closed";
    case CCSV_TEXT_AFTER_QUOTE: return "there is text behind the closing quote of a field";
    case CCSV_TOO_MANY_FIELDS: return "the row has more fields than there are columns";
    case CCSV_TOO_MANY_COLUMNS: return "the row has more than 16384 fields";
    case CCSV_FIELD_TOO_LONG: return "the field that begins here is longer than 1 MiB";
    case CCSV_ROW_TOO_LONG: return "the row is longer than 8 MiB";
    case CCSV_NO_MEMORY: return "there is not enough memory";
  }
  return "it cannot be read";
}

const char *ccsv_hint(ccsv_reason reason) {
  switch (reason) {
    case CCSV_NOT_UTF8:
      return "save the file as UTF-8 (in Excel: CSV UTF-8), or convert it: iconv -f WINDOWS-1252 -t "
             "UTF-8 FILE > NEW";
    case CCSV_UTF16:
      return "save the file as UTF-8 (in Excel: CSV UTF-8), or convert it: iconv -f UTF-16 -t UTF-8 "
             "FILE > NEW";
    case CCSV_ZERO_BYTE:
    case CCSV_NOT_TEXT: return "export it as CSV, encoded as UTF-8";
    case CCSV_UNCLOSED_QUOTE:
      return "close the quote; a quote inside a quoted field is written twice: \"\"";
    case CCSV_TEXT_AFTER_QUOTE:
      return "a quote inside a quoted field is written twice: \"\"";
    case CCSV_TOO_MANY_FIELDS: return "a field with the delimiter inside needs quotes around it";
    case CCSV_FIELD_TOO_LONG: return "a quote may have been opened there and never closed";
    default: return NULL;
  }
}
