// What is known of JSON values beforehand.

#include <stdlib.h>
#include <string.h>

#include "json_encoder.h"

int json_compare_keys(const char *a, size_t a_length, const char *b, size_t b_length) {
  size_t common = a_length < b_length ? a_length : b_length;
  int order = memcmp(a, b, common);
  return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static void *allocate(size_t size) {
  void *memory = calloc(1, size);
  if (!memory) abort();
  return memory;
}

cs_json_shape *cs_json_shape_array(cs_json_shape *element) {
  cs_json_shape *shape = allocate(sizeof *shape);
  shape->kind = JSON_SHAPE_ARRAY;
  shape->element = element;
  return shape;
}

cs_json_shape *cs_json_shape_object(void) {
  cs_json_shape *shape = allocate(sizeof *shape);
  shape->kind = JSON_SHAPE_OBJECT;
  return shape;
}

// The position of a key, or of where it belongs.
static size_t find(const cs_json_shape *shape, const char *key, size_t length, int *found) {
  size_t low = 0, high = shape->count;
  *found = 0;
  while (low < high) {
    size_t middle = (low + high) / 2;
    const json_shape_field *field = &shape->fields[middle];
    int order = json_compare_keys(field->key, field->length, key, length);
    if (order == 0) {
      *found = 1;
      return middle;
    }
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void cs_json_shape_add_field(
    cs_json_shape *object, const char *key, size_t length, cs_json_shape *shape) {
  int found;
  size_t position = find(object, key, length, &found);
  if (found) {
    cs_json_shape_free(object->fields[position].shape);
    object->fields[position].shape = shape;
    return;
  }
  json_shape_field *fields = realloc(object->fields, (object->count + 1) * sizeof *fields);
  if (!fields) abort();
  memmove(
      fields + position + 1, fields + position, (object->count - position) * sizeof *fields);
  json_shape_field field = {allocate(length + 1), length, shape};
  memcpy(field.key, key, length);
  fields[position] = field;
  object->fields = fields;
  object->count++;
}

const cs_json_shape *json_shape_of_field(
    const cs_json_shape *shape, const char *key, size_t length) {
  if (!shape || shape->kind != JSON_SHAPE_OBJECT || shape->count == 0) return NULL;
  int found;
  size_t position = find(shape, key, length, &found);
  return found ? shape->fields[position].shape : NULL;
}

void cs_json_shape_free(cs_json_shape *shape) {
  if (!shape) return;
  cs_json_shape_free(shape->element);
  for (size_t i = 0; i < shape->count; i++) {
    free(shape->fields[i].key);
    cs_json_shape_free(shape->fields[i].shape);
  }
  free(shape->fields);
  free(shape);
}
